// One thread counts up, another counts down, with a lock.
//
// Each change is made under the lock, so it reads what the change before it wrote. In whatever order the two
// threads get the lock, one more is taken away than is added: 9, every time.
#pragma once

#include <mutex>
#include <thread>

namespace fixed {

inline int counter = 10;
inline std::mutex counter_mutex;

inline void increment() {
  const std::lock_guard<std::mutex> lock(counter_mutex);
  ++counter;
}

inline void decrement() {
  const std::lock_guard<std::mutex> lock(counter_mutex);
  --counter;
}

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

}  // namespace fixed
