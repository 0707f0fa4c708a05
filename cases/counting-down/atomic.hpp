// Is the thread still counting down? Asked of an atomic flag.
//
// The flag may now be read while the thread raises it: the standard says what that means. It does not make
// the first answer certain, for that is a question about which of two threads is faster: "still running" and
// "completed" are both right. After the join the answer is "completed", every time.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace atomic {

inline std::atomic<bool> completed = false;

inline void count_down(int n) {
  while (n > 0) {
    --n;
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  completed = true;
}

inline std::string answer() { return completed ? "completed" : "still-running"; }

/// Counts down from n in a second thread and returns both answers, the one before and the one after the join.
inline std::string run(int n) {
  completed = false;
  std::thread counting(count_down, n);
  const std::string first = answer();
  counting.join();
  return first + ',' + answer();
}

}  // namespace atomic
