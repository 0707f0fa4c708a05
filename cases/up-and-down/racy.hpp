// One thread counts up, another counts down.
//
// The counter starts at 10. One thread adds one 1000000 times, the other takes one away 1000001 times: that
// should make 9. The notebook gets any number instead, for ++ and -- are three steps each (read, change,
// write), and where one thread reads between the other's read and its write, one of the two changes is lost.
#pragma once

#include <thread>

namespace racy {

inline int counter = 10;

inline void increment() { ++counter; }
inline void decrement() { --counter; }

inline void count_up(int times) {
  for (int i = 0; i < times; ++i) increment();
}

inline void count_down(int times) {
  for (int i = 0; i < times; ++i) decrement();
}

/// From 10, counts n up in one thread and n + 1 down in another, and returns what the counter says then.
inline int run(int n) {
  counter = 10;
  std::thread up(count_up, n);
  std::thread down(count_down, n + 1);
  up.join();
  down.join();
  return counter;
}

}  // namespace racy
