// A process puts numbers into a pipe, and another gets them.
//
// A pipe is a bounded queue that the system keeps: who writes to a full one waits, and so does who reads from
// an empty one; and when nobody can write any more, the reader is told.
#pragma once

#include "../processes.hpp"

namespace over_a_pipe {

inline void put(int end, int value) {
  if (write(end, &value, sizeof value) != sizeof value) std::abort();
}

/// The next number; false if nobody can put any more.
inline bool get(int end, int& value) { return read(end, &value, sizeof value) == sizeof value; }

/// A process puts 1, ..., n; returns the sum of all that comes.
inline int run(int n) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t producer = processes::start([&] {
    close(ends[0]);
    for (int i = 1; i <= n; ++i) put(ends[1], i);
  });
  close(ends[1]);
  int sum = 0;
  int value = 0;
  while (get(ends[0], value)) sum += value;
  close(ends[0]);
  processes::join(producer);
  return sum;
}

}  // namespace over_a_pipe
