// Two threads count together, with a lock.
//
// increment() takes a lock before it reads the counter and gives it back after it has written. No thread can
// read between another's read and its write any more: 200000, every time.
#pragma once

#include <mutex>
#include <thread>

namespace fixed {

inline int counter = 0;
inline std::mutex counter_mutex;

inline void increment() {
  const std::lock_guard<std::mutex> lock(counter_mutex);
  ++counter;
}

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

}  // namespace fixed
