// Two locks, taken in opposite order.
//
// Each of two threads moves one coin from one account to the other, and locks both accounts to do so: first
// the one it takes from, then the one it gives to. They go in opposite directions. Where each has its first
// lock before the other has its second, both wait for ever. The second thread comes a little later, as
// threads do, so the program may run well for years; ThreadSanitizer sees the two orders and reports a
// lock-order inversion.
#pragma once

#include <chrono>
#include <mutex>
#include <thread>

namespace opposite {

struct Account {
  int coins = 0;
  std::mutex mutex;
};

inline Account left;
inline Account right;

inline void move_coin(Account& from, Account& to) {
  const std::lock_guard<std::mutex> first(from.mutex);
  const std::lock_guard<std::mutex> second(to.mutex);
  --from.coins;
  ++to.coins;
}

inline void to_the_right(int n) {
  for (int i = 0; i < n; ++i) move_coin(left, right);
}

inline void to_the_left(int n) {
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  for (int i = 0; i < n; ++i) move_coin(right, left);
}

/// Moves n coins each way and returns how many there are: as many as before, if it returns.
inline int run(int n) {
  left.coins = right.coins = n;
  std::thread one(to_the_right, n);
  std::thread other(to_the_left, n);
  one.join();
  other.join();
  return left.coins + right.coins;
}

}  // namespace opposite
