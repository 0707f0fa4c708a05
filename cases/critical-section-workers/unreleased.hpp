// A lock that is not given back.
//
// The notebook's workers acquire the lock, increment, and release it in a finally: also where the increment
// throws. Here the release comes after the increment, in an ordinary line. The second worker's last increment
// throws, the exception flies past the release, and the worker catches it where it no longer knows of the
// lock. Nobody can have the lock any more: the first worker waits for it for ever, and the main thread for
// the first worker. Only where the first worker has done all its increments by then does the program end;
// with these pauses that is nearly every time, so that nobody notices. ThreadSanitizer is silent: there is no
// data race, and one lock has no order to be inverted.
#pragma once

#include <chrono>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

namespace unreleased {

inline int counter = 0;
inline std::mutex counter_mutex;

inline void increment(bool fails) {
  counter_mutex.lock();
  if (fails) throw std::runtime_error("no increment");
  ++counter;
  counter_mutex.unlock();
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

}  // namespace unreleased
