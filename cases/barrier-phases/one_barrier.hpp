// Working in phases, with a barrier between writing and reading only.
//
// The barrier is made of a mutex and a condition variable (meeting.hpp). // Both threads meet after they have
// written, so nobody reads a cell that is not written yet. But one that has read can go on and write its cell
// for the next phase while the other is still about to read it: with one phase all is well, with two the sum
// may be too large. (The other cannot be left more than one phase behind: it would not come to the barrier.)
// The last phase is safe, for nobody writes after it.
#pragma once

#include <array>
#include <thread>

#include "meeting.hpp"

namespace one_barrier {

inline std::array<int, 2> cell;
inline std::array<int, 2> sum;

inline void write_cell(std::size_t me, int value) { cell[me] = value; }

inline int read_cell(std::size_t other) { return cell[other]; }

inline void work(std::size_t me, int n, Meeting& written) {
  for (int phase = 1; phase <= n; ++phase) {
    write_cell(me, phase);
    written.arrive_and_wait();
    sum[me] += read_cell(1 - me);
  }
}

/// Works for n phases in each of two threads and returns the sum of all that they have read.
inline int run(int n) {
  cell = {0, 0};
  sum = {0, 0};
  Meeting written(2);
  std::thread first([n, &written] { work(0, n, written); });
  std::thread second([n, &written] { work(1, n, written); });
  first.join();
  second.join();
  return sum[0] + sum[1];
}

}  // namespace one_barrier
