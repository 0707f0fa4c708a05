// A pool of workers without an agreement on who takes what.
//
// The notebook maps a function over a list with a pool of workers. Here each of two workers takes the next
// item until there are none left, and the index of the next item is an ordinary number that both increment.
// Both can read the same index: the item is done twice. One that is slow to write can even set the index
// back, and what was done is done again. The results are right all the same, for the same item has the same
// square; what is wrong is the work, and a function that may be called only once for each item (one that pays
// money, say) would go wrong.
#pragma once

#include <array>
#include <thread>

namespace racy {

inline int next = 0;

inline int take() {
  const int mine = next;
  next = mine + 1;
  return mine;
}

/// How many calls one worker makes.
inline int work(int n) {
  int calls = 0;
  while (take() < n) ++calls;
  return calls;
}

/// Goes through n items with two workers and returns how many calls they made: n, if each item was done once.
inline int run(int n) {
  next = 0;
  std::array<int, 2> calls{};
  std::thread first([n, &calls] { calls[0] = work(n); });
  std::thread second([n, &calls] { calls[1] = work(n); });
  first.join();
  second.join();
  return calls[0] + calls[1];
}

}  // namespace racy
