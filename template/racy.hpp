// Money goes from Alice to Bob, without a lock.
//
// transfer() reads Alice's balance and writes what is left of it. Another transfer can read in between: both
// find 100, both leave 40. Alice has paid once, Bob is paid twice.
#pragma once

#include <utility>

namespace racy {

class Bank {
 public:
  /// Moves `amount` from Alice to Bob and returns true, where Alice has as much.
  bool transfer(int amount) {
    if (alice_ < amount) return false;
    alice_ -= amount;
    bob_ += amount;
    return true;
  }
  /// Alice's balance, then Bob's.
  [[nodiscard]] std::pair<int, int> balances() const { return {alice_, bob_}; }

 private:
  int alice_ = 100;
  int bob_ = 0;
};

}  // namespace racy
