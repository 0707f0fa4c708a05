// A sequence lock with one writer: Boehm, "Can seqlocks get along with programming language memory models?",
// MSPC 2012. The data are relaxed atomics; the reader's second look at the number comes after an acquire
// fence (section 4, figure 6), and the writer's data come after a release fence.
#include <atomic>
#include <cassert>
#include <thread>

#include "weak.hpp"

std::atomic<unsigned> sequence = 0;
std::atomic<int> first = 0, second = 0;

void write(int value) {
  const unsigned before = sequence.load(relaxed);
  sequence.store(before + 1, relaxed);
  std::atomic_thread_fence(order(1, release));
  first.store(value, relaxed);
  second.store(value, relaxed);
  sequence.store(before + 2, order(2, release));
}

void read() {
  int a = 0, b = 0;
  unsigned before = 0, after = 0;
  do {
    before = sequence.load(order(3, acquire));
    a = first.load(relaxed);
    b = second.load(relaxed);
    std::atomic_thread_fence(order(4, acquire));
    after = sequence.load(relaxed);
  } while (before != after || before % 2 != 0);
  assert(a == b);
}

int main() {
  std::thread t([] {
    write(1);
    write(2);
  });
  read();
  t.join();
}
