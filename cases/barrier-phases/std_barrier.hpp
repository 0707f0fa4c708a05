// Working in phases, with std::barrier.
//
// Both threads meet after they have written, so nobody reads a cell that is not written yet. That one thread
// may be writing for the next phase while the other still reads does no harm: each has two cells, for phases
// with an even and with an odd number. Nobody can be two phases ahead, so n * (n + 1) comes out every time.
#pragma once

#include <array>
#include <barrier>
#include <thread>

namespace std_barrier {

inline std::array<std::array<int, 2>, 2> cell;
inline std::array<int, 2> sum;

inline int& cell_of(std::size_t thread, int phase) { return cell[thread][phase % 2 == 0 ? 0 : 1]; }

inline void work(std::size_t me, int n, std::barrier<>& everybody) {
  for (int phase = 1; phase <= n; ++phase) {
    cell_of(me, phase) = phase;
    everybody.arrive_and_wait();
    sum[me] += cell_of(1 - me, phase);
  }
}

/// Works for n phases in each of two threads and returns the sum of all that they have read.
inline int run(int n) {
  cell = {};
  sum = {0, 0};
  std::barrier<> everybody(2);
  std::thread first([n, &everybody] { work(0, n, everybody); });
  std::thread second([n, &everybody] { work(1, n, everybody); });
  first.join();
  second.join();
  return sum[0] + sum[1];
}

}  // namespace std_barrier
