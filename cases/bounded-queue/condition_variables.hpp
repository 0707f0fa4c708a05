// A bounded queue with condition variables.
//
// Looking and acting are under one lock: put() waits while there is no room, get() while there is nothing,
// and each looks again after it was woken. A put wakes one who waits to get, a get one who waits to put.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace condition_variables {

class Queue {
 public:
  explicit Queue(std::size_t capacity) : capacity_(capacity) {}
  void put(int item) {
    std::unique_lock<std::mutex> lock(mutex_);
    not_full_.wait(lock, [this] { return items_.size() < capacity_; });
    items_.push_back(item);
    if (items_.size() > capacity_) overflowed_ = true;
    not_empty_.notify_one();
  }
  int get() {
    std::unique_lock<std::mutex> lock(mutex_);
    not_empty_.wait(lock, [this] { return !items_.empty(); });
    const int item = items_.front();
    items_.pop_front();
    not_full_.notify_one();
    return item;
  }

  /// Were there ever more items in it than it has room for?
  bool overflowed() const { return overflowed_; }

 private:
  std::mutex mutex_;
  std::condition_variable not_full_;
  std::condition_variable not_empty_;
  std::deque<int> items_;
  std::size_t capacity_;
  bool overflowed_ = false;
};

/// Passes n + 1 items through a queue with room for n; returns them in the order of their coming, e.g.
/// "1-2-3".
inline std::string run(int n) {
  Queue queue(static_cast<std::size_t>(n));
  std::thread producer([n, &queue] {
    for (int i = 1; i <= n + 1; ++i) queue.put(i);
  });
  std::string got;
  for (int i = 1; i <= n + 1; ++i) got += (i == 1 ? "" : "-") + std::to_string(queue.get());
  producer.join();
  return queue.overflowed() ? "overflow" : got;
}

}  // namespace condition_variables
