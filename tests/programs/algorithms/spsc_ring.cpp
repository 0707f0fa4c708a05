// A ring between one producer and one consumer (Lamport, "Specifying concurrent program modules", TOPLAS
// 5(2), 1983), with the orders of Le, Guatto, Cohen and Pop, "Correct and efficient bounded FIFO queues",
// SBAC-PAD 2013, section 3: each side publishes its own index by a release and looks at the other's by an
// acquire.
#include <atomic>
#include <cassert>
#include <thread>

#include "weak.hpp"

constexpr unsigned capacity = 2;
int ring[capacity];
std::atomic<unsigned> head = 0, tail = 0;

void push(int value) {
  const unsigned at = tail.load(relaxed);
  while (at - head.load(order(1, acquire)) == capacity) {
  }
  ring[at % capacity] = value;
  tail.store(at + 1, order(2, release));
}

int pop() {
  const unsigned at = head.load(relaxed);
  while (tail.load(order(3, acquire)) == at) {
  }
  const int value = ring[at % capacity];
  head.store(at + 1, order(4, release));
  return value;
}

int main() {
  std::thread t([] {
    for (int i = 1; i <= 4; ++i) push(i);
  });
  for (int i = 1; i <= 4; ++i) assert(pop() == i);
  t.join();
}
