// One process counts up, another counts down, with a lock in the memory that they share.
//
// Nobody can read between another's read and its write any more: 9, every time.
#pragma once

#include "../processes.hpp"

namespace fixed {

struct Count {
  processes::Mutex mutex;
  int value = 10;
};

inline void count_up(Count& count, int times) {
  for (int i = 0; i < times; ++i) {
    count.mutex.lock();
    ++count.value;
    count.mutex.unlock();
  }
}

inline void count_down(Count& count, int times) {
  for (int i = 0; i < times; ++i) {
    count.mutex.lock();
    --count.value;
    count.mutex.unlock();
  }
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

}  // namespace fixed
