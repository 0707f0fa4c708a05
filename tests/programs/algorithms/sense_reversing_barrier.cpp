// The sense-reversing barrier (Mellor-Crummey and Scott, TOCS 9(1), 1991, algorithm 7): the last to come
// turns the sense round. Whoever comes releases what it did before to the last, and that to all: the count is
// an acq_rel, the sense a release and an acquire. Resetting the count may be relaxed: nobody comes again
// before the sense was seen.
#include <atomic>
#include <cassert>
#include <thread>

#include "weak.hpp"

constexpr int threads = 2;
std::atomic<int> missing = threads;
std::atomic<bool> sense = false;
int done[threads];

void arrive(bool& mine) {
  mine = !mine;
  if (missing.fetch_sub(1, WEAK == 1 ? acquire : WEAK == 2 ? release : acq_rel) == 1) {
    missing.store(threads, relaxed);
    sense.store(mine, order(3, release));
  } else {
    while (sense.load(order(4, acquire)) != mine) {
    }
  }
}

void work(int me) {
  bool mine = false;
  for (int phase = 1; phase <= 2; ++phase) {
    done[me] = phase;
    arrive(mine);
    for (const int d : done) assert(d == phase);
    arrive(mine);
  }
}

int main() {
  std::thread t(work, 0);
  work(1);
  t.join();
}
