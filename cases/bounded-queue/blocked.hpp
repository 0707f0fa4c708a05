// A bounded queue whose get() waits, and looking before acting.
//
// This queue is careful: get() waits until there is an item. `if not empty: get` is meant not to wait. But
// the lock is given back between the looking and the getting, so that two consumers can both see the last
// item; one gets it, and the other waits for one that never comes. There is no data race, and ThreadSanitizer
// is silent.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace blocked {

/// Only the number of items; what they are makes no difference here.
class Queue {
 public:
  explicit Queue(int size) : size_(size) {}
  bool empty() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return size_ == 0;
  }
  void get() {
    std::unique_lock<std::mutex> lock(mutex_);
    not_empty_.wait(lock, [this] { return size_ != 0; });
    --size_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_empty_;
  int size_;
};

/// n + 1 consumers look into a queue of n items; returns how many are left, if they all come back.
inline int run(int n) {
  Queue queue(n);
  std::vector<int> got(static_cast<std::size_t>(n) + 1);
  std::vector<std::thread> consumers;
  for (int& mine : got) {
    consumers.emplace_back([&queue, &mine] {
      if (queue.empty()) return;
      queue.get();
      mine = 1;
    });
  }
  for (std::thread& consumer : consumers) consumer.join();
  int left = n;
  for (const int mine : got) left -= mine;
  return left;
}

}  // namespace blocked
