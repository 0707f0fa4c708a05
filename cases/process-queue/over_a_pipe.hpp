// A process puts numbers into a pipe, and another gets them.
//
// A pipe is a bounded queue that the system keeps: who writes to a full one waits, and so does who reads from
// an empty one; and when nobody can write any more, the reader is told.
#pragma once

#include "../processes.hpp"

namespace over_a_pipe {

/// A process puts 1, ..., n; returns the sum of all that comes.
inline int run(int n) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t producer = processes::start([&] {
    close(ends[0]);
    for (int i = 1; i <= n; ++i) {
      if (write(ends[1], &i, sizeof i) != sizeof i) std::abort();
    }
  });
  close(ends[1]);
  int sum = 0;
  int value = 0;
  while (read(ends[0], &value, sizeof value) == sizeof value) sum += value;
  close(ends[0]);
  processes::join(producer);
  return sum;
}

}  // namespace over_a_pipe
