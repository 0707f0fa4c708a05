// A pool that does an item twice, and futures that notice.
//
// Each result goes to whoever asked for it through a promise, and the index is atomic: there is no data race
// and ThreadSanitizer is silent. But taking an item is still two steps, looking at the index and moving it
// on, and two workers can look before either has moved it. The second to fulfil the promise gets an
// exception, and as nobody catches it in the worker, the program ends there.
#pragma once

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace twice {

inline std::atomic<int> next = 0;

inline int square(int item) { return item * item; }

inline int take() {
  const int mine = next;
  next = mine + 1;
  return mine;
}

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

}  // namespace twice
