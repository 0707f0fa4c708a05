// Two threads count together, with an atomic counter.
//
// The other way to mend it: the counter is atomic, so ++counter is one step that nothing can come between,
// and needs no lock: 200000, every time.
#pragma once

#include <atomic>
#include <thread>

namespace atomic {

inline std::atomic<int> counter = 0;

inline void increment() { ++counter; }

inline void count_up(int n) {
  for (int i = 0; i < n; ++i) increment();
}

/// Counts to n in each of two threads and returns what the counter says when both have ended.
inline int run(int n) {
  counter = 0;
  std::thread first(count_up, n);
  std::thread second(count_up, n);
  first.join();
  second.join();
  return counter;
}

}  // namespace atomic
