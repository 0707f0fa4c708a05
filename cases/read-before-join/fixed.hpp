// Reading the counter before the join, with a lock.
//
// The second thread counts in blocks of ten and holds the lock for a whole block; the first reads under the
// same lock. It still cannot know how far the second has come, but it can never look into the middle of a
// block: whatever the notebook prints, it ends in 0.
#pragma once

#include <mutex>
#include <thread>

namespace fixed {

inline int counter = 0;
inline std::mutex counter_mutex;

inline void increment() { ++counter; }

inline void count_block() {
  const std::lock_guard<std::mutex> lock(counter_mutex);
  for (int i = 0; i < 10; ++i) increment();
}

inline void count_up(int n) {
  for (int i = 0; i < n; i += 10) count_block();
}

inline int read_counter() {
  const std::lock_guard<std::mutex> lock(counter_mutex);
  return counter;
}

/// Counts to n, a multiple of ten, in a second thread and returns what the first one sees of it.
inline int run(int n) {
  counter = 0;
  std::thread counting(count_up, n);
  const int seen = read_counter();
  counting.join();
  return seen;
}

}  // namespace fixed
