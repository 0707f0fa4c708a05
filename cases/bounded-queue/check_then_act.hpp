// A bounded queue, and looking before acting.
//
// The notebook's queue has room for ten items, and several threads use it: `if not full: put`, `if not empty:
// get`. Each of these calls is locked, but the lock is given back between the looking and the acting. Two
// producers can see the last free place and both put: the queue overflows. Two consumers can see the last
// item and both get: one finds nothing. There is no data race, and ThreadSanitizer is silent.
#pragma once

#include <mutex>
#include <string>
#include <thread>

namespace check_then_act {

/// Only the number of items; what they are makes no difference here.
class Queue {
 public:
  Queue(int capacity, int size) : capacity_(capacity), size_(size) {}
  bool full() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return size_ >= capacity_;
  }
  bool empty() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return size_ <= 0;
  }
  void put() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (++size_ > capacity_) overflow_ = true;
  }
  void get() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--size_ < 0) empty_get_ = true;
  }
  std::string history() const { return overflow_ ? "overflow" : empty_get_ ? "empty-get" : "right"; }

 private:
  std::mutex mutex_;
  int capacity_;
  int size_;
  bool overflow_ = false;
  bool empty_get_ = false;
};

/// Two producers and two consumers use a queue with room for n items, n - 1 of which are there. What happened
/// to it?
inline std::string run(int n) {
  Queue queue(n, n - 1);
  const auto produce = [&queue] {
    if (!queue.full()) queue.put();
  };
  const auto consume = [&queue] {
    if (!queue.empty()) queue.get();
  };
  std::thread first(produce);
  std::thread second(produce);
  std::thread third(consume);
  std::thread fourth(consume);
  first.join();
  second.join();
  third.join();
  fourth.join();
  return queue.history();
}

}  // namespace check_then_act
