// Counting in another thread, and waiting for it.
//
// The counting moves to a second thread. The first starts it, has nothing to do meanwhile, waits at join()
// and prints 100000. Two threads touch the counter, but never at the same time: everything before the start
// of a thread comes before what the thread does, and all of that comes before join() returns.
#pragma once

#include <thread>

namespace joined {

inline int counter = 0;

inline void increment() { ++counter; }

inline void count_up(int n) {
  for (int i = 0; i < n; ++i) increment();
}

/// Counts to n in a second thread and returns what the counter says when that has ended.
inline int run(int n) {
  counter = 0;
  std::thread counting(count_up, n);
  counting.join();
  return counter;
}

}  // namespace joined
