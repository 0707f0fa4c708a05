// A pool of two worker processes maps a function over a list, and the results are collected in its order.
//
// The index of the next number is atomic, so each is taken once; where a result goes is known by then, so it
// does not matter who comes first.
#pragma once

#include <array>
#include <atomic>
#include <string>

#include "../processes.hpp"

namespace fixed {

struct Pool {
  std::atomic<int> next = 0;
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

/// Squares 0, ..., n - 1; returns the results, in order.
inline std::string run(int n) {
  const processes::Shared<Pool> pool;
  const pid_t one = processes::start([&] { work(*pool, 0, n); });
  const pid_t other = processes::start([&] { work(*pool, 1, n); });
  processes::join(one);
  processes::join(other);
  std::string text;
  for (int i = 0; i < n; ++i)
    text += (i == 0 ? "" : "-") + std::to_string(pool->results[static_cast<std::size_t>(i)]);
  return text;
}

}  // namespace fixed
