// condition_variable: wait with a predicate; the wait may wake spuriously.
// expect: proved
// expect BUG: assertion
// expect LOST: deadlock
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
bool ready = false;
int message = 0;

void consume() {
  std::unique_lock lock(m);
#if defined BUG
  if (!ready) changed.wait(lock);
#elif defined LOST
  changed.wait(lock);  // also where the notification came before
  changed.wait(lock, [] { return ready; });
#else
  changed.wait(lock, [] { return ready; });
#endif
  assert(message == 7);
}

int main() {
  std::thread t(consume);
  {
    std::lock_guard lock(m);
    message = 7;
    ready = true;
  }
  changed.notify_one();
  t.join();
}
