// Money goes from Alice to Bob, under a lock.
//
// transfer() holds the lock from its first look at a balance to its last write. Another transfer comes before
// all of it or after all of it.
#pragma once

#include <mutex>
#include <utility>

namespace fixed {

class Bank {
 public:
  /// Moves `amount` from Alice to Bob and returns true, where Alice has as much.
  bool transfer(int amount) {
    const std::lock_guard lock(mutex_);
    if (alice_ < amount) return false;
    alice_ -= amount;
    bob_ += amount;
    return true;
  }
  /// Alice's balance, then Bob's, at one moment.
  [[nodiscard]] std::pair<int, int> balances() const {
    const std::lock_guard lock(mutex_);
    return {alice_, bob_};
  }

 private:
  mutable std::mutex mutex_;
  int alice_ = 100;
  int bob_ = 0;
};

}  // namespace fixed
