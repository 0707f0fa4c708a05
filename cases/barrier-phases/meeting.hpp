// A barrier made of a mutex and a condition variable: whoever comes waits until all have come.
#pragma once

#include <condition_variable>
#include <mutex>

class Meeting {
 public:
  explicit Meeting(int members) : members_(members) {}
  void arrive_and_wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    const int mine = held_;
    if (++present_ == members_) {
      present_ = 0;
      ++held_;
      complete_.notify_all();
    } else {
      complete_.wait(lock, [this, mine] { return held_ != mine; });
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable complete_;
  int members_;
  int present_ = 0;
  int held_ = 0;  // how many meetings there have been
};
