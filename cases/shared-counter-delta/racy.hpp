// A shared counter that can be raised and lowered by a delta.
//
// The notebook's SharedCounter has incr(delta) and decr(delta), and each takes the counter's lock. Here the
// lock is left out. One thread raises the counter by 10 n times, another lowers it by 1 n times, from n on,
// so the result tells what was lost: the tens are the increments that were kept, the rest counts the
// decrements that were lost. 10n is right.
#pragma once

#include <functional>
#include <thread>

namespace racy {

class SharedCounter {
 public:
  explicit SharedCounter(int value) : value_(value) {}
  void incr(int delta = 1) { value_ += delta; }
  void decr(int delta = 1) { value_ -= delta; }
  int value() const { return value_; }

 private:
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

}  // namespace racy
