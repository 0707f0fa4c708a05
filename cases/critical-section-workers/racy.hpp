// Two workers and no lock.
//
// The notebook's workers pause for a random time, increment a shared counter, and do so once more; the main
// thread joins all the others. That the pauses keep the increments apart most of the time makes the fault
// rare, not right: where both workers read the same number, one increment is lost.
#pragma once

#include <chrono>
#include <random>
#include <thread>
#include <vector>

namespace racy {

inline int counter = 0;

inline void increment() { ++counter; }

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

}  // namespace racy
