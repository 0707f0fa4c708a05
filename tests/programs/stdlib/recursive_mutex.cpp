// recursive_mutex: locked again by its owner, also with try_lock; recursive_timed_mutex.
// expect: proved
// expect BUG: deadlock
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

#ifdef BUG
std::mutex m;
#else
std::recursive_mutex m;
#endif
std::recursive_timed_mutex timed;
int value = 0;

void inner() {
  std::lock_guard lock(m);
  ++value;
}
void outer() {
  std::lock_guard lock(m);
  inner();
#ifndef BUG
  assert(m.try_lock());
  m.unlock();
#endif
}

int main() {
  std::thread t([] {
    outer();
    std::lock_guard lock(timed);
    assert(timed.try_lock_for(std::chrono::seconds(1)));
    timed.unlock();
  });
  outer();
  t.join();
  assert(value == 2);
}
