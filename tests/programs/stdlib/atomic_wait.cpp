// atomic::wait/notify and atomic_flag.
// expect: proved
// expect BUG: deadlock
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> stage = 0;
std::atomic_flag lock = ATOMIC_FLAG_INIT;
int data = 0;

int main() {
  std::thread t([] {
    stage.wait(0);
    assert(data == 1);
  });
  while (lock.test_and_set(std::memory_order_acquire)) {
  }
  data = 1;
  lock.clear(std::memory_order_release);
  stage = 1;
#ifndef BUG
  stage.notify_one();
#endif
  t.join();
}
