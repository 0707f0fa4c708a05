// Counting twice in one thread.
//
// The same function is called a second time and goes on where the first call stopped: 200000. Two calls one
// after the other add up. The notebook then asks what happens if they run at the same time; see two-threads.
#pragma once

namespace twice {

inline int counter = 0;

inline void increment() { ++counter; }

inline void count_up(int n) {
  for (int i = 0; i < n; ++i) increment();
}

/// Counts to n, then on to 2n, and returns what the counter says.
inline int run(int n) {
  counter = 0;
  count_up(n);
  count_up(n);
  return counter;
}

}  // namespace twice
