// shared_mutex and shared_timed_mutex: two readers at once, a writer alone.
// expect: proved
// expect BUG: data-race
#include <cassert>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex m;
std::shared_timed_mutex timed;
int a = 0, b = 0, hits = 0;

void look() {
  std::shared_lock lock(m);
  assert(a == b);
#ifdef BUG
  ++hits;  // a reader that writes
#endif
}
void change() {
  std::unique_lock lock(m);
  ++a;
  ++b;
}

int main() {
  std::thread r(look), w(change);
  look();
  r.join();
  w.join();
  std::thread t([] {
    if (timed.try_lock_shared_for(std::chrono::milliseconds(1))) timed.unlock_shared();
  });
  std::unique_lock lock(timed);
  ++hits;
  lock.unlock();
  t.join();
  return hits - 1;
}
