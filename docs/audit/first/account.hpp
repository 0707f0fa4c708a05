// A bank account that is not to be overdrawn. Every function takes the lock; is that enough?
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
    if (coins() < n) return false;
    const std::lock_guard<std::mutex> lock(mutex_);
    coins_ -= n;
    return true;
  }

 private:
  std::mutex mutex_;
  int coins_;
};
