// A message, a flag, and fences: Boehm and Adve, "Foundations of the C++ concurrency memory model", PLDI
// 2008; C++20 [atomics.fences]. The message is atomic here, so that what a weak memory shows is a wrong value
// and no data race.
#include <atomic>
#include <cassert>
#include <thread>

#include "weak.hpp"

std::atomic<int> message = 0, reply = 0;
std::atomic<bool> sent = false, answered = false;

int main() {
  std::thread t([] {
    while (!sent.load(order(2, acquire))) {
    }
    assert(message.load(relaxed) == 42);
    reply.store(43, relaxed);
    std::atomic_thread_fence(order(3, release));
    answered.store(true, relaxed);
  });
  message.store(42, relaxed);
  sent.store(true, order(1, release));
  while (!answered.load(relaxed)) {
  }
  std::atomic_thread_fence(order(4, acquire));
  assert(reply.load(relaxed) == 43);
  t.join();
}
