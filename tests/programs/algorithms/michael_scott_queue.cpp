// Michael and Scott's queue (PODC 1996, figure 1), without reuse of nodes. Orders: Dang, Jung, Choi, Nguyen,
// Mansky, Kang and Dreyer, "Compass: strong and compositional library specifications in relaxed memory
// separation logic", PLDI 2022, section 3: every pointer to a node is read by an acquire and written by a
// release.
#include <atomic>
#include <cassert>
#include <thread>

#include "weak.hpp"

struct Node {
  explicit Node(int v) : value(v) {}
  int value;
  std::atomic<Node*> next = nullptr;
};
Node first(0);
std::atomic<Node*> head = &first, tail = &first;

void enqueue(Node* node) {
  while (true) {
    Node* last = tail.load(order(1, acquire));
    Node* next = last->next.load(order(2, acquire));
    if (next != nullptr) {
      tail.compare_exchange_strong(last, next, order(3, release), relaxed);
      continue;
    }
    if (last->next.compare_exchange_strong(next, node, order(4, release), relaxed)) {
      tail.compare_exchange_strong(last, node, order(5, release), relaxed);
      return;
    }
  }
}

int dequeue() {
  while (true) {
    Node* front = head.load(order(6, acquire));
    Node* const next = front->next.load(order(7, acquire));
    if (next == nullptr) return 0;
    Node* last = front;  // the tail must not be left behind the head
    tail.compare_exchange_strong(last, next, order(8, release), relaxed);
    if (head.compare_exchange_strong(front, next, order(9, release), relaxed)) return next->value;
  }
}

/// Three producers: one may find the tail behind, moved on by another that was no further itself.
int produce() {
  int taken = 0;
  std::thread t([] { enqueue(new Node(1)); });
  std::thread u([] { enqueue(new Node(2)); });
  std::thread v([&taken] { taken = dequeue(); });
  enqueue(new Node(4));
  t.join();
  u.join();
  v.join();
  return taken;
}

/// Two consumers: one may find a head that the other has moved on.
int consume() {
  int taken = 0;
  std::thread t([] { enqueue(new Node(3)); });
  std::thread u([] { enqueue(new Node(4)); });
  std::thread v([&taken] { taken = dequeue(); });
  const int mine = dequeue();
  t.join();
  u.join();
  v.join();
  assert(mine == 0 || mine != taken);
  return mine + taken;
}

int main(int argc, char**) {
  const int taken = argc > 1 ? consume() : produce();
  int rest = 0;
  while (const int value = dequeue()) rest += value;
  assert(taken + rest == 7);
  for (Node* node = first.next; node != nullptr;) {
    Node* const next = node->next;
    delete node;
    node = next;
  }
}
