// A synchronised queue that looks only once.
//
// take() waits if the queue is empty, and then takes an item. But a condition variable says no more than that
// it is time to look again. The thread may have been woken for no reason, or another one may have come first
// and have taken the item. Then there is nothing to take: std::deque::at says so with an exception. With `if`
// in place of `while`, a program works until that happens. Everything is locked, so ThreadSanitizer is
// silent.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace if_wait {

class Queue {
 public:
  void put(int item) {
    const std::lock_guard<std::mutex> lock(mutex_);
    items_.push_back(item);
    not_empty_.notify_one();
  }
  int take() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (items_.empty()) not_empty_.wait(lock);
    const int item = items_.at(0);
    items_.pop_front();
    return item;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::deque<int> items_;
};

/// Puts 1 to n into a queue, and returns them in the order in which a second thread took them, e.g. "1-2-3".
inline std::string run(int n) {
  Queue queue;
  std::string taken;
  std::thread consumer([n, &queue, &taken] {
    for (int i = 0; i < n; ++i) taken += (i == 0 ? "" : "-") + std::to_string(queue.take());
  });
  for (int i = 1; i <= n; ++i) queue.put(i);
  consumer.join();
  return taken;
}

}  // namespace if_wait
