// A global interpreter lock does not make an increment one step.
//
// Python's interpreter runs one thread at a time: a thread must hold the global lock to run an instruction of
// the interpreter. But `count += 1` is three of them: load count, add one, store the result, and between two
// instructions another thread may get the lock. Where it does, both threads load the same number, and one
// increment is lost. Every access to count is under the lock, so there is no data race, and ThreadSanitizer
// is silent: what is wrong is what the lock does not cover.
#pragma once

#include <mutex>
#include <thread>

namespace stepwise {

inline int count = 0;
inline std::mutex interpreter_lock;

inline int load() {
  const std::lock_guard<std::mutex> lock(interpreter_lock);
  return count;
}

inline int add(int a, int b) {
  const std::lock_guard<std::mutex> lock(interpreter_lock);
  return a + b;
}

inline void store(int value) {
  const std::lock_guard<std::mutex> lock(interpreter_lock);
  count = value;
}

inline void increment() {
  const int loaded = load();
  const int sum = add(loaded, 1);
  store(sum);
}

inline void count_up(int n) {
  for (int i = 0; i < n; ++i) increment();
}

/// Counts to n in each of two threads and returns the count when both have ended.
inline int run(int n) {
  count = 0;
  std::thread first(count_up, n);
  std::thread second(count_up, n);
  first.join();
  second.join();
  return count;
}

}  // namespace stepwise
