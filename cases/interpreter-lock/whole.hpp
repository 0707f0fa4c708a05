// An increment under the interpreter's lock, from the load to the store.
//
// The thread keeps the lock until all three instructions are done. Nobody can load between another's load and
// its store any more: nothing is lost.
#pragma once

#include <mutex>
#include <thread>

namespace whole {

inline int count = 0;
inline std::mutex interpreter_lock;

inline int load() { return count; }
inline int add(int a, int b) { return a + b; }
inline void store(int value) { count = value; }

inline void increment() {
  const std::lock_guard<std::mutex> lock(interpreter_lock);
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

}  // namespace whole
