// Is the thread still counting down?
//
// The notebook starts a thread that counts down from 10, asks whether it is still alive, joins it and asks
// again. A std::thread cannot be asked, so the thread raises a flag when it has done. The first answer
// depends on how far the thread has come: "still running" or "completed". The second can only be "completed",
// since join() returns after everything that the thread did. But the flag is a plain variable, and nothing
// orders the first question and the raising of the flag: that is a data race, and in a program that asks in a
// loop the compiler may read the flag once and loop for ever.
#pragma once

#include <chrono>
#include <string>
#include <thread>

namespace racy {

inline bool completed = false;

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

}  // namespace racy
