// A lock that is given back, whatever happens.
//
// The second worker's last increment throws. The guard is destroyed on the exception's way out of
// increment(), and its destructor gives the lock back. One increment is missing, the one that threw;
// everybody else comes to an end with theirs.
#pragma once

#include <chrono>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

namespace guarded_throwing {

inline int counter = 0;
inline std::mutex counter_mutex;

inline void increment(bool fails) {
  const std::lock_guard<std::mutex> lock(counter_mutex);
  if (fails) throw std::runtime_error("no increment");
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
    try {
      increment(number == 2 && i == n - 1);
    } catch (const std::runtime_error&) {
      // This increment failed; there may be others to do.
    }
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

}  // namespace guarded_throwing
