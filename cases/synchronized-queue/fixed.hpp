// A synchronised queue, a daemon that takes from it, and a main thread that waits until all is done.
//
// take() looks again after each waking. The queue also counts the items that were put and are not done yet;
// the main thread waits until there are none, which is later than when the queue is empty: the last item has
// been taken by then, but is still being worked on. The consumer never ends. It is detached, and shares the
// queue, which must be there as long as it waits. (The notebook's daemon ends with the program.)
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace fixed {

class Queue {
 public:
  void put(int item) {
    const std::lock_guard<std::mutex> lock(mutex_);
    items_.push_back(item);
    ++unfinished_;
    not_empty_.notify_one();
  }
  int take() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (items_.empty()) not_empty_.wait(lock);
    const int item = items_.front();
    items_.pop_front();
    return item;
  }
  /// To be called for each item taken, when the work on it is done.
  void done() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--unfinished_ == 0) all_done_.notify_all();
  }
  /// Waits until every item that was put is done.
  void join() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (unfinished_ != 0) all_done_.wait(lock);
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable all_done_;
  std::deque<int> items_;
  int unfinished_ = 0;
};

struct Job {
  Queue queue;
  std::string taken;
};

inline void consume(Job& job) {
  for (;;) {
    const int item = job.queue.take();
    job.taken += (job.taken.empty() ? "" : "-") + std::to_string(item);
    job.queue.done();
  }
}

/// Puts 1 to n into a queue, waits until all are done, and returns them in the order in which they were, e.g.
/// "1-2-3".
inline std::string run(int n) {
  const auto job = std::make_shared<Job>();
  std::thread([job] { consume(*job); }).detach();
  for (int i = 1; i <= n; ++i) job->queue.put(i);
  job->queue.join();
  return job->taken;
}

}  // namespace fixed
