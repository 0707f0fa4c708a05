// A shared counter that can be raised and lowered by a delta, with its lock.
//
// As in the notebook: incr and decr hold the counter's lock while they read, add and write. Addition does not
// mind the order, so whatever the order in which the threads take the lock, the result is n + 10n - n.
#pragma once

#include <functional>
#include <mutex>
#include <thread>

namespace fixed {

class SharedCounter {
 public:
  explicit SharedCounter(int value) : value_(value) {}
  void incr(int delta = 1) {
    const std::lock_guard<std::mutex> lock(mutex_);
    value_ += delta;
  }
  void decr(int delta = 1) {
    const std::lock_guard<std::mutex> lock(mutex_);
    value_ -= delta;
  }
  int value() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return value_;
  }

 private:
  std::mutex mutex_;
  int value_;
};

inline void raise(SharedCounter& counter, int n) {
  for (int i = 0; i < n; ++i) counter.incr(10);
}

inline void lower(SharedCounter& counter, int n) {
  for (int i = 0; i < n; ++i) counter.decr();
}

/// Adds n times 10 in one thread and takes n times 1 away in another, and returns what the counter says then.
inline int run(int n) {
  SharedCounter counter(n);
  std::thread raising(raise, std::ref(counter), n);
  std::thread lowering(lower, std::ref(counter), n);
  raising.join();
  lowering.join();
  return counter.value();
}

}  // namespace fixed
