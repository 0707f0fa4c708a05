// The list-based queue lock of Mellor-Crummey and Scott (TOCS 9(1), 1991, algorithm 5): each thread waits on
// its own node. What is written to a node when it is prepared must come before what its neighbours write to
// it, so that linking a node is a release and an acquire besides those of the lock itself.
#include <atomic>
#include <thread>

#include "weak.hpp"

struct Node {
  std::atomic<Node*> next = nullptr;
  std::atomic<bool> waits = false;
};
std::atomic<Node*> tail = nullptr;
Node nodes[2];
int count = 0;

void lock(Node& mine) {
  mine.next.store(nullptr, relaxed);
  mine.waits.store(true, relaxed);
  Node* const before = tail.exchange(&mine, WEAK == 1 ? release : WEAK == 2 ? acquire : acq_rel);
  if (before == nullptr) return;
  before->next.store(&mine, order(3, release));
  while (mine.waits.load(order(4, acquire))) {
  }
}

void unlock(Node& mine) {
  Node* after = mine.next.load(order(5, acquire));
  if (after == nullptr) {
    Node* expected = &mine;
    if (tail.compare_exchange_strong(expected, nullptr, order(6, release), relaxed)) return;
    while ((after = mine.next.load(order(7, acquire))) == nullptr) {
    }
  }
  after->waits.store(false, order(8, release));
}

void work(int me, int times) {
  for (int i = 0; i < times; ++i) {
    lock(nodes[me]);
    ++count;
    unlock(nodes[me]);
  }
}

int main() {
  std::thread t(work, 0, 2), u(work, 1, 1);
  t.join();
  u.join();
  return count - 3;
}
