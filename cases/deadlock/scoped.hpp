// Two locks at once, with std::scoped_lock.
//
// The two threads of `opposite` again. std::scoped_lock waits for one lock and tries the other; where that is
// taken it gives the first back and starts again with the other. Nobody waits while holding a lock, so there
// is no deadlock, in whichever order the locks are named. That is all the standard promises: two threads that
// keep perfect step can step aside for each other for ever, as two people do in a corridor. No machine keeps
// step for long, and every run ends; but who wants a proof that it does takes the locks in one order, as
// `ordered` does.
#pragma once

#include <mutex>
#include <thread>

namespace scoped {

struct Account {
  int coins = 0;
  std::mutex mutex;
};

inline Account left;
inline Account right;

inline void move_coin(Account& from, Account& to) {
  const std::scoped_lock both(from.mutex, to.mutex);
  --from.coins;
  ++to.coins;
}

inline void move_coins(Account& from, Account& to, int n) {
  for (int i = 0; i < n; ++i) move_coin(from, to);
}

/// Moves n coins each way and returns how many there are: as many as before.
inline int run(int n) {
  left.coins = right.coins = n;
  std::thread one([n] { move_coins(left, right, n); });
  std::thread other([n] { move_coins(right, left, n); });
  one.join();
  other.join();
  return left.coins + right.coins;
}

}  // namespace scoped
