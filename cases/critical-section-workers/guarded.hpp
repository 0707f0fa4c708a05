// Two workers and a lock.
//
// What the notebook does with acquire, try, finally and release is one line in C++: the guard acquires the
// lock where it is made and gives it back where it ends. No increment is lost.
#pragma once

#include <chrono>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace guarded {

inline int counter = 0;
inline std::mutex counter_mutex;

inline void increment() {
  const std::lock_guard<std::mutex> lock(counter_mutex);
  ++counter;
}

/// Up to four milliseconds. The seed is the worker's number, so that each run has the same pauses.
inline void pause(std::minstd_rand& random) {
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 4000));
}

inline void work(int number, int n) {
  std::minstd_rand random(number);
  for (int i = 0; i < n; ++i) {
    pause(random);
    increment();
  }
}

/// Main joins both workers, with n increments each, and returns what the counter says then.
inline int run(int n) {
  counter = 0;
  std::vector<std::thread> workers;
  for (const int number : {1, 2}) workers.emplace_back(work, number, n);
  for (std::thread& worker : workers) worker.join();
  return counter;
}

}  // namespace guarded
