// Treiber's stack (IBM RJ 5118, 1986). A push releases its node; a pop acquires it, also where its exchange
// fails and it goes on with another node. The exchanges themselves continue the release sequence of every
// push below, so that a pop's may be relaxed (cf. Doherty, Dongol, Wehrheim and Derrick, "Verifying C11
// programs operationally", PPoPP 2019). Nodes are given back after all threads have been joined; -DWEAK=4: by
// whoever popped them.
#include <atomic>
#include <thread>

#include "weak.hpp"

struct Node {
  int value;
  Node* next;
};
std::atomic<Node*> top = nullptr;

void push(Node* node) {
  node->next = top.load(relaxed);
  while (!top.compare_exchange_strong(node->next, node, order(1, release), relaxed)) {
  }
}

Node* pop() {
  Node* node = top.load(order(2, acquire));
  while (node != nullptr && !top.compare_exchange_strong(node, node->next, relaxed, order(3, acquire))) {
  }
  return node;
}

int main() {
  Node* popped[2];
  push(new Node{1, nullptr});
  std::thread t([] { push(new Node{2, nullptr}); });
  std::thread u([&popped] {
    popped[0] = pop();
#if WEAK == 4
    delete popped[0];
#endif
  });
  popped[1] = pop();
  t.join();
  u.join();
  int sum = 0;
#if WEAK != 4
  for (Node* node : popped) {
    if (node != nullptr) sum += node->value;
    delete node;
  }
#else
  sum = 3;
  delete popped[1];
#endif
  while (Node* node = pop()) {
#if WEAK != 4
    sum += node->value;
#endif
    delete node;
  }
  return sum - 3;
}
