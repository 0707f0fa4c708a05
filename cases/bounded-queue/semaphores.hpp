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
  explicit Queue(int capacity) : places_(capacity) {}
  void put(int item) {
    places_.acquire();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      queue_.push_back(item);
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

 private:
  std::mutex mutex_;
  std::counting_semaphore<> places_;
  std::counting_semaphore<> items_{0};
  std::deque<int> queue_;
};

/// Fills a queue with room for n items, has another thread put one more, and takes them all; returns them in
/// the order of their coming, e.g. "1-2-3".
inline std::string run(int n) {
  Queue queue(n);
  for (int i = 1; i <= n; ++i) queue.put(i);
  std::thread producer([n, &queue] { queue.put(n + 1); });
  std::string got = std::to_string(queue.get());
  producer.join();
  for (int i = 1; i <= n; ++i) got += "-" + std::to_string(queue.get());
  return got;
}

}  // namespace semaphores
