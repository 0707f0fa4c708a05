// Two processes put numbers into a queue with two places, and a third gets them.
//
// Semaphores in shared memory count the items and the places, so nobody puts into a full queue or gets from
// an empty one. But that is not enough: both producers may read where the next place is before either has
// moved it on, put to the same place, and an item is lost.
#pragma once

#include <array>

#include "../processes.hpp"

namespace unlocked {

struct Queue {
  processes::Semaphore places{2}, items{0};
  std::array<int, 2> item{};
  std::size_t put_at = 0, get_at = 0;
};

inline void put(Queue& queue, int value) {
  queue.places.acquire();
  queue.item[queue.put_at] = value;
  queue.put_at = (queue.put_at + 1) % queue.item.size();
  queue.items.release();
}

inline int get(Queue& queue) {
  queue.items.acquire();
  const int value = queue.item[queue.get_at];
  queue.item[queue.get_at] = 0;
  queue.get_at = (queue.get_at + 1) % queue.item.size();
  queue.places.release();
  return value;
}

/// Each of two processes puts 1, ..., n; returns the sum of the 2n numbers that are got.
inline int run(int n) {
  const processes::Shared<Queue> queue;
  const auto produce = [&] {
    for (int i = 1; i <= n; ++i) put(*queue, i);
  };
  const pid_t one = processes::start(produce);
  const pid_t other = processes::start(produce);
  int sum = 0;
  for (int i = 0; i < 2 * n; ++i) sum += get(*queue);
  processes::join(one);
  processes::join(other);
  return sum;
}

}  // namespace unlocked
