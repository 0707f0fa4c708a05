// Treiber's stack of nodes that are used again, by index, with a count in the top that changes with every
// pop: without the count (-DWEAK=1) a node that went and came back makes a pop take a stale `next` for the
// right one (IBM System/370 Principles of Operation, 1983, appendix A; Michael, "Hazard pointers", TPDS
// 15(6), 2004, section 2). Nothing to do with memory orders: wrong in every memory model.
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

#include "weak.hpp"

struct alignas(8) Top {  // so that clang needs no library for it
  std::uint32_t index;   // of a node; 0: none
  std::uint32_t count;
};
std::atomic<Top> top = Top{0, 0};
std::atomic<std::uint32_t> next[3];
std::atomic<int> owners[3];  // who has the node: never two

void push(std::uint32_t node) {
  owners[node].fetch_sub(1, relaxed);
  Top old = top.load(relaxed);
  do {
    next[node].store(old.index, relaxed);
  } while (!top.compare_exchange_strong(old, Top{node, old.count}, order(2, release), relaxed));
}

std::uint32_t pop() {
  Top old = top.load(order(3, acquire));
  while (old.index != 0) {
    const Top then{next[old.index].load(relaxed), WEAK == 1 ? old.count : old.count + 1};
    if (top.compare_exchange_strong(old, then, relaxed, order(4, acquire))) break;
  }
  if (old.index != 0) assert(owners[old.index].fetch_add(1, relaxed) == 0);
  return old.index;
}

int main() {
  for (std::uint32_t node = 1; node <= 2; ++node) {
    owners[node].store(1, relaxed);
    push(node);
  }
  std::thread t([] { pop(); });
  std::thread u([] {
    const std::uint32_t a = pop();
    pop();
    if (a != 0) push(a);
  });
  t.join();
  u.join();
  pop();
}
