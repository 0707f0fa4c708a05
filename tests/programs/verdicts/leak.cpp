// leak: the loser of a compare-exchange forgets its block.
// expect BUG: leak
// expect: proved
#include <atomic>
#include <thread>

struct Node {
  Node* next = nullptr;
};
std::atomic<Node*> only = nullptr;

void offer() {
  Node* mine = new Node;
  Node* nobody = nullptr;
  if (!only.compare_exchange_strong(nobody, mine)) {
#ifndef BUG
    delete mine;
#endif
  }
}

int main() {
  std::thread t(offer);
  offer();
  t.join();
  delete only.load();
}
