// The simplest spin lock. That acquire to lock and release to unlock are enough, and needed: Boehm,
// "Reordering constraints for Pthread-style locks", PPoPP 2007, section 2.
#include <atomic>
#include <thread>

#include "weak.hpp"

std::atomic_flag busy = ATOMIC_FLAG_INIT;
int count = 0;

void work(int times) {
  for (int i = 0; i < times; ++i) {
    while (busy.test_and_set(order(1, acquire))) {
    }
    ++count;
    busy.clear(order(2, release));
  }
}

int main() {
  std::thread t(work, 2), u(work, 2);
  t.join();
  u.join();
  return count - 4;
}
