// Working in phases, with a barrier after each step.
//
// The barrier is made of a mutex and a condition variable (meeting.hpp). Nobody reads before both have
// written, and nobody writes again before both have read. In every phase each reads what the other wrote in
// it: n * (n + 1) in all, every time.
#pragma once

#include <array>
#include <thread>

#include "meeting.hpp"

namespace fixed {

inline std::array<int, 2> cell;
inline std::array<int, 2> sum;

inline void write_cell(std::size_t me, int value) { cell[me] = value; }

inline int read_cell(std::size_t other) { return cell[other]; }

inline void work(std::size_t me, int n, Meeting& everybody) {
  for (int phase = 1; phase <= n; ++phase) {
    write_cell(me, phase);
    everybody.arrive_and_wait();
    sum[me] += read_cell(1 - me);
    everybody.arrive_and_wait();
  }
}

/// Works for n phases in each of two threads and returns the sum of all that they have read.
inline int run(int n) {
  cell = {0, 0};
  sum = {0, 0};
  Meeting everybody(2);
  std::thread first([n, &everybody] { work(0, n, everybody); });
  std::thread second([n, &everybody] { work(1, n, everybody); });
  first.join();
  second.join();
  return sum[0] + sum[1];
}

}  // namespace fixed
