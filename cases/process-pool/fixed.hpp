// A pool of workers that take each item once.
//
// Looking at the index and moving it on is one step: no two workers get the same item. The results come back
// through futures, one an item, so they are in the order of the items, whoever did them and whenever.
#pragma once

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace fixed {

inline std::atomic<int> next = 0;

inline int square(int item) { return item * item; }

inline int take() { return next.fetch_add(1); }

inline void work(std::vector<std::promise<int>>& promises) {
  const int n = static_cast<int>(promises.size());
  for (int item = take(); item < n; item = take())
    promises[static_cast<std::size_t>(item)].set_value(square(item));
}

/// Squares 0 to n-1 with two workers and returns the results in order, e.g. "0-1-4".
inline std::string run(int n) {
  next = 0;
  std::vector<std::promise<int>> promises(static_cast<std::size_t>(n));
  std::thread first([&promises] { work(promises); });
  std::thread second([&promises] { work(promises); });
  std::string results;
  for (std::promise<int>& promise : promises) {
    results += (results.empty() ? "" : "-") + std::to_string(promise.get_future().get());
  }
  first.join();
  second.join();
  return results;
}

}  // namespace fixed
