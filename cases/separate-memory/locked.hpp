// A manager process keeps a value for all, and there is a lock to be held from get to set.
//
// What has to be whole is the addition, not the message. A semaphore with one place, which all processes
// share, makes it so.
#pragma once

#include "messages.hpp"

namespace locked {

struct Lock : processes::Semaphore {
  Lock() : Semaphore(1) {}
};

inline void add(const messages::Lines& lines, Lock& lock, int from, int n) {
  for (int i = 0; i < n; ++i) {
    lock.acquire();
    const int value = messages::ask(lines, {from, false, 0});
    messages::ask(lines, {from, true, value + 1});
    lock.release();
  }
}

/// Adds 1 n times in each of two processes, and returns what the manager has when both have ended.
inline int run(int n) {
  const processes::Shared<Lock> lock;
  return messages::run([n, &lock](const messages::Lines& lines, int from) { add(lines, *lock, from, n); });
}

}  // namespace locked
