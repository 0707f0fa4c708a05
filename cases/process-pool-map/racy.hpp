// A pool of two worker processes maps a function over a list.
//
// The workers take the next number from an index in shared memory, which is a plain variable: both can take
// the same. Nothing is left out, but some is done twice.
#pragma once

#include <array>
#include <string>

#include "../processes.hpp"

namespace racy {

struct Pool {
  int next = 0;
  std::array<int, 100> results{};
  std::array<int, 2> calls{};
};

inline int square(int number) { return number * number; }

inline void work(Pool& pool, int worker, int n) {
  for (int i = pool.next++; i < n; i = pool.next++) {
    pool.results[static_cast<std::size_t>(i)] = square(i);
    ++pool.calls[static_cast<std::size_t>(worker)];
  }
}

/// Squares 0, ..., n - 1; returns how often a number was squared.
inline int run(int n) {
  const processes::Shared<Pool> pool;
  const pid_t one = processes::start([&] { work(*pool, 0, n); });
  const pid_t other = processes::start([&] { work(*pool, 1, n); });
  processes::join(one);
  processes::join(other);
  return pool->calls[0] + pool->calls[1];
}

}  // namespace racy
