// Reading the counter before the join.
//
// One line has moved: the first thread reads the counter before it waits for the second. What the notebook
// prints now depends on how far the second has come by then: anything from 0 to 100000. And as nothing orders
// the read and the writes, this is a data race: the C++ standard does not promise even that much.
#pragma once

#include <thread>

namespace racy {

inline int counter = 0;

inline void increment() { ++counter; }

inline void count_up(int n) {
  for (int i = 0; i < n; ++i) increment();
}

/// Counts to n in a second thread and returns what the first one sees of it.
inline int run(int n) {
  counter = 0;
  std::thread counting(count_up, n);
  const int seen = counter;
  counting.join();
  return seen;
}

}  // namespace racy
