// Working in phases, without waiting for the others.
//
// Two threads work in phases: each writes its own cell, then reads the neighbour's and goes on with the sum.
// Nobody waits. The neighbour may not have written its cell of this phase yet, or may be a phase ahead
// already: the sums depend on who is faster, and each read is a data race with the neighbour's writes.
#pragma once

#include <array>
#include <thread>

namespace racy {

inline std::array<int, 2> cell;
inline std::array<int, 2> sum;

inline void write_cell(std::size_t me, int value) { cell[me] = value; }

inline int read_cell(std::size_t other) { return cell[other]; }

inline void work(std::size_t me, int n) {
  for (int phase = 1; phase <= n; ++phase) {
    write_cell(me, phase);
    sum[me] += read_cell(1 - me);
  }
}

/// Works for n phases in each of two threads and returns the sum of all that they have read: n * (n + 1), if
/// each has read in every phase what the other wrote in it.
inline int run(int n) {
  cell = {0, 0};
  sum = {0, 0};
  std::thread first(work, 0, n);
  std::thread second(work, 1, n);
  first.join();
  second.join();
  return sum[0] + sum[1];
}

}  // namespace racy
