// A bounded queue with semaphores.
//
// One semaphore counts the free places, another the items. put() takes a free place before it puts and gives
// an item after; get() does the opposite. Who gets past its semaphore has a place, or an item, that nobody
// else has. The lock only keeps the queue itself whole.
#pragma once

#include <deque>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>

namespace semaphores {

class Queue {
 public:
  explicit Queue(int capacity) : places_(capacity), capacity_(static_cast<std::size_t>(capacity)) {}
  void put(int item) {
    places_.acquire();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      queue_.push_back(item);
      if (queue_.size() > capacity_) overflowed_ = true;
    }
    items_.release();
  }
  int get() {
    items_.acquire();
    int item = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      item = queue_.front();
      queue_.pop_front();
    }
    places_.release();
    return item;
  }

  /// Were there ever more items in it than it has room for?
  bool overflowed() const { return overflowed_; }

 private:
  std::mutex mutex_;
  std::counting_semaphore<> places_;
  std::counting_semaphore<> items_{0};
  std::deque<int> queue_;
  std::size_t capacity_;
  bool overflowed_ = false;
};

/// Fills a queue with room for n items, has another thread put one more, which must wait for a place, and takes them all.
/// Then puts n - 1 items, has another thread put one more, and takes n, the last of which may have to be waited for.
/// Returns the items in the order of their coming, e.g. "1-2-3-4-5".
inline std::string run(int n) {
  Queue queue(n);
  for (int i = 1; i <= n; ++i) queue.put(i);
  std::thread producer([n, &queue] { queue.put(n + 1); });
  std::string got = std::to_string(queue.get());
  producer.join();
  for (int i = 1; i <= n; ++i) got += "-" + std::to_string(queue.get());

  for (int i = 1; i < n; ++i) queue.put(n + 1 + i);
  std::thread late([n, &queue] { queue.put(2 * n + 1); });
  for (int i = 1; i <= n; ++i) got += "-" + std::to_string(queue.get());
  late.join();
  return queue.overflowed() ? "overflow" : got;
}

}  // namespace semaphores
