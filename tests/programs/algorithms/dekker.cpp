// Dekker's mutual exclusion of two threads (Dijkstra, EWD 123, 1965), with the fences that Anthony Williams
// gives for it
// ("Implementing Dekker's algorithm with fences", 2010): between raising one's own flag and looking at the
// other's only a seq_cst fence will do.
#include <atomic>
#include <thread>

#include "weak.hpp"

std::atomic<bool> wants[2];
std::atomic<int> turn = 0;
int count = 0;

void enter(int me) {
  const int other = 1 - me;
  wants[me].store(true, relaxed);
  std::atomic_thread_fence(order(1, seq_cst, acq_rel));
  while (wants[other].load(relaxed)) {
    if (turn.load(relaxed) == me) continue;
    wants[me].store(false, relaxed);
    while (turn.load(relaxed) != me) {
    }
    wants[me].store(true, relaxed);
    std::atomic_thread_fence(order(2, seq_cst, acq_rel));
  }
  std::atomic_thread_fence(order(3, acquire));
}

void leave(int me) {
  turn.store(1 - me, relaxed);
  std::atomic_thread_fence(order(4, release));
  wants[me].store(false, relaxed);
}

void work(int me, int times) {
  for (int i = 0; i < times; ++i) {
    enter(me);
    ++count;
    leave(me);
  }
}

// The second fence matters to a thread that gave way and then meets the other on its next round.
int main() {
  std::thread t(work, 0, 2), u(work, 1, 1);
  t.join();
  u.join();
  return count - 3;
}
