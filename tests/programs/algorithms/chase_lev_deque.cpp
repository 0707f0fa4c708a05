// Chase and Lev's work-stealing deque (SPAA 2005), the C11 form of Le, Pop, Cohen and Zappa Nardelli,
// "Correct and efficient work-stealing for weak memory models", PPoPP 2013, figure 1, with an array that is
// big enough. What is pushed points to a plain value, so that the release fence of push() can be missed. In
// the paper a thief's load of `top` is an acquire, and the exchanges are seq_cst. With the two seq_cst
// fences, and without cycles of program order and reads-from, which rc11 forbids and C++ as written does not,
// relaxed ones do.
#include <atomic>
#include <cassert>
#include <thread>

#include "weak.hpp"

std::atomic<long> top = 0, bottom = 0;
std::atomic<int*> array[4];
int values[3];
std::atomic<int> taken[3];

void push(int* item) {
  const long b = bottom.load(relaxed);
  array[b].store(item, relaxed);
  std::atomic_thread_fence(order(1, release));
  bottom.store(b + 1, relaxed);
}

void use(const int* item) {
  const int value = *item;
  assert(taken[value].fetch_add(1, relaxed) == 0);
}

void take() {
  const long b = bottom.load(relaxed) - 1;
  bottom.store(b, relaxed);
  std::atomic_thread_fence(order(2, seq_cst, acq_rel));
  long t = top.load(relaxed);
  if (t > b) {
    bottom.store(b + 1, relaxed);
    return;
  }
  int* const item = array[b].load(relaxed);
  if (t == b) {
    const bool won = top.compare_exchange_strong(t, t + 1, relaxed, relaxed);
    bottom.store(b + 1, relaxed);
    if (!won) return;
  }
  use(item);
}

void steal() {
  long t = top.load(relaxed);
  std::atomic_thread_fence(order(3, seq_cst, acq_rel));
  const long b = bottom.load(order(4, acquire));
  if (t >= b) return;
  int* const item = array[t].load(relaxed);
  if (!top.compare_exchange_strong(t, t + 1, relaxed, relaxed)) return;
  use(item);
}

int main() {
  std::thread thief(steal), other(steal);
  for (int i = 0; i < 2; ++i) {
    values[i] = i + 1;
    push(&values[i]);
  }
  take();
  take();
  thief.join();
  other.join();
  assert(taken[1] == 1 && taken[2] == 1);
}
