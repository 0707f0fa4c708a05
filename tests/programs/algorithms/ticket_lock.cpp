// A ticket lock (Mellor-Crummey and Scott, "Algorithms for scalable synchronization on shared-memory
// multiprocessors", TOCS 9(1), 1991, algorithm 2). Drawing a ticket orders nothing: who has it waits for an
// earlier holder's release.
#include <atomic>
#include <thread>

#include "weak.hpp"

std::atomic<int> next = 0, serving = 0;
int count = 0;

void work() {
#if WEAK == 3  // two may draw the same
  const int mine = next.load(seq_cst);
  next.store(mine + 1, seq_cst);
#else
  const int mine = next.fetch_add(1, relaxed);
#endif
  while (serving.load(order(1, acquire)) != mine) {
  }
  ++count;
  serving.store(mine + 1, order(2, release));
}

int main() {
  std::thread t(work), u(work), v(work);
  t.join();
  u.join();
  v.join();
  return count - 3;
}
