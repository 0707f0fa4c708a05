// A pool of two worker processes, of which one dies at its work.
//
// The first worker is killed while it holds the lock of the list, which then nobody gives back: the other
// worker waits for ever, and the parent for it.
#pragma once

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "../processes.hpp"

namespace dies {

struct Pool {
  processes::Mutex mutex{};
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
    pool.mutex.lock();
    more = pool.next < n;
    if (more) square_next(pool, dies);
    pool.mutex.unlock();
  }
}

/// Squares 0, ..., n - 1 with two workers of which the first dies if it gets any to do; returns the sum of
/// the squares.
inline int run(int n) {
  const processes::Shared<Pool> pool;
  const pid_t one = processes::start([&] { work(*pool, n, true); });
  const pid_t other = processes::start([&] { work(*pool, n, false); });
  processes::join(one);
  processes::join(other);
  int sum = 0;
  for (const int result : pool->results) sum += result;
  return sum;
}

}  // namespace dies
