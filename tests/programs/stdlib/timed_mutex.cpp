// timed_mutex: try_lock_for may give up, and both ways are explored.
// expect: proved
// expect BUG: misuse
// expect GAVE_UP: assertion
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

std::timed_mutex m;
int value = 0;

int main() {
  bool got = false;
  std::thread t([&got] {
    got = m.try_lock_for(std::chrono::milliseconds(10));
#ifdef BUG
    if (got) ++value;
    m.unlock();  // also where it was never locked
#else
    if (!got) return;
    ++value;
    m.unlock();
#endif
  });
  {
    std::lock_guard lock(m);
    ++value;
  }
  t.join();
#ifdef GAVE_UP
  assert(got);
#endif
  assert(value == (got ? 2 : 1));
}
