// The dissemination barrier (Hensgen, Finkel and Manber, IJPP 17(1), 1988; Mellor-Crummey and Scott, TOCS
// 9(1), 1991, algorithm 9): in round k a thread tells the one 2^k further on, and waits to be told. Flags of
// two episodes alternate (parity), and after two the sense is turned round, so that nothing is ever reset.
#include <atomic>
#include <cassert>
#include <thread>

#include "weak.hpp"

constexpr int threads = 3, rounds = 2;
std::atomic<bool> told[2][rounds][threads];
int done[threads];

struct Barrier {
  int me;
  int parity = 0;
  bool sense = true;
  void arrive() {
    for (int k = 0; k < rounds; ++k) {
#if WEAK == 3  // a round too few
      if (k == rounds - 1) break;
#endif
      told[parity][k][(me + (1 << k)) % threads].store(sense, order(1, release));
      while (told[parity][k][me].load(order(2, acquire)) != sense) {
      }
    }
    if (parity == 1) sense = !sense;
    parity = 1 - parity;
  }
};

void work(int me) {
  Barrier barrier{me};
  done[me] = 1;
  barrier.arrive();
  for (const int d : done) assert(d == 1);
  barrier.arrive();
  done[me] = 2;
}

int main() {
  std::thread t(work, 0), u(work, 1);
  work(2);
  t.join();
  u.join();
}
