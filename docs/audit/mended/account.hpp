// A bank account that is not to be overdrawn: looking and taking are under one lock.
#pragma once

#include <mutex>

class Account {
 public:
  explicit Account(int coins) : coins_(coins) {}
  int coins() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return coins_;
  }
  bool withdraw(int n) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (coins_ < n) return false;
    coins_ -= n;
    return true;
  }

 private:
  std::mutex mutex_;
  int coins_;
};
