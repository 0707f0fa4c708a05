// A pool of two worker processes, of which one dies at its work.
//
// The lock is robust: where its holder has died, the next to take it is told, and can see to it that what the
// dead one had begun is done. What is in the list is written so that it can be told at any point how far the
// work has come.
#pragma once

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "../processes.hpp"

namespace survives {

struct Pool {
  processes::Mutex mutex{true};
  int next = 0;  // all before it are done, but the one that is being done
  int being_done = -1;
  std::array<int, 100> results{};
};

inline void square_next(Pool& pool, bool dies) {
  pool.being_done = pool.next;
  ++pool.next;
  if (dies) _exit(1);  // as if killed
  pool.results[static_cast<std::size_t>(pool.being_done)] = pool.being_done * pool.being_done;
  pool.being_done = -1;
}

inline void work(Pool& pool, int n, bool dies) {
  for (bool more = true; more;) {
    if (pool.mutex.lock() == EOWNERDEAD) {
      if (pool.being_done >= 0) pool.next = pool.being_done;
      pool.mutex.make_consistent();
    }
    more = pool.next < n;
    if (more) square_next(pool, dies);
    pool.mutex.unlock();
  }
}

/// Squares 0, ..., n - 1 with two workers of which the first dies if it gets any to do, and returns the sum
/// of the squares.
inline int run(int n) {
  const processes::Shared<Pool> pool;
  const pid_t one = processes::start([&] { work(*pool, n, true); });
  const pid_t other = processes::start([&] { work(*pool, n, false); });
  processes::join(one);
  processes::join(other);
  work(*pool, n, false);  // should both have died
  int sum = 0;
  for (const int result : pool->results) sum += result;
  return sum;
}

}  // namespace survives
