// Peterson's mutual exclusion of two threads (Information Processing Letters 12(3), 1981). The textbook takes
// sequential consistency for granted: raising the flag, giving way and looking at the other's flag and turn.
#include <atomic>
#include <thread>

#include "weak.hpp"

std::atomic<bool> wants[2];
std::atomic<int> turn = 0;
int count = 0;

void work(int me) {
  const int other = 1 - me;
  wants[me].store(true, order(1, seq_cst, release));
  turn.store(other, order(2, seq_cst, release));
  while (wants[other].load(order(3, seq_cst, acquire)) && turn.load(relaxed) == other) {
  }
  ++count;
  wants[me].store(false, order(4, release));
}

int main() {
  std::thread t(work, 0), u(work, 1);
  t.join();
  u.join();
  return count - 2;
}
