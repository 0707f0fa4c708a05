// Counting in one thread.
//
// The notebook begins where nothing can go wrong: one thread adds one to a counter 100000 times and prints
// 100000. There is one order in which this can happen, so one result.
#pragma once

namespace once {

inline int counter = 0;

inline void increment() { ++counter; }

inline void count_up(int n) {
  for (int i = 0; i < n; ++i) increment();
}

/// Counts to n and returns what the counter says.
inline int run(int n) {
  counter = 0;
  count_up(n);
  return counter;
}

}  // namespace once
