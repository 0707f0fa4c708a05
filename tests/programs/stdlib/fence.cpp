// atomic_thread_fence: a release and an acquire fence around relaxed accesses.
// expect: proved
// expect BUG: data-race
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> ready = false;
int data = 0;

int main() {
  std::thread t([] {
    data = 42;
#ifndef BUG
    std::atomic_thread_fence(std::memory_order_release);
#endif
    ready.store(true, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_relaxed)) {
    std::atomic_thread_fence(std::memory_order_acquire);
    assert(data == 42);
  }
  t.join();
}
