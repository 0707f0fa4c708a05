// A spin lock of an atomic_flag: it spins until the flag is cleared.
// expect: proved
// expect BUG: data-race
#include <atomic>
#include <cassert>
#include <thread>

std::atomic_flag busy = ATOMIC_FLAG_INIT;
int count = 0;

void increment() {
#ifdef BUG
  while (busy.test_and_set(std::memory_order_relaxed)) {  // acquires nothing
  }
#else
  while (busy.test_and_set(std::memory_order_acquire)) {
  }
#endif
  ++count;
  busy.clear(std::memory_order_release);
}

int main() {
  std::thread t(increment), u(increment);
  t.join();
  u.join();
  assert(count == 2);
}
