// One process counts up, another counts down, in memory that they share.
//
// As cases/up-and-down: from 10, n times up and n + 1 times down, which should make 9, and makes any number,
// for a process can read between another's read and its write as well as a thread can.
#pragma once

#include "../processes.hpp"

namespace racy {

struct Count {
  int value = 10;
};

inline void increment(Count& count) { ++count.value; }
inline void decrement(Count& count) { --count.value; }

inline void count_up(Count& count, int times) {
  for (int i = 0; i < times; ++i) increment(count);
}

inline void count_down(Count& count, int times) {
  for (int i = 0; i < times; ++i) decrement(count);
}

/// From 10, counts n up in one process and n + 1 down in another, and returns what the counter says then.
inline int run(int n) {
  const processes::Shared<Count> count;
  const pid_t up = processes::start([&] { count_up(*count, n); });
  const pid_t down = processes::start([&] { count_down(*count, n + 1); });
  processes::join(up);
  processes::join(down);
  return count->value;
}

}  // namespace racy
