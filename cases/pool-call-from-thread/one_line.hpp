// Two threads hand work to a process, and block until the results come.
//
// Both write to one line and read from it. The worker answers in the order in which it is asked; but who
// asked first need not be the first to read, and gets the other's answer.
#pragma once

#include <sys/socket.h>

#include <string>
#include <thread>

#include "../processes.hpp"

namespace one_line {

/// A process that squares numbers.
class Worker {
 public:
  Worker() {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends_) != 0) std::abort();
    process_ = processes::start([this] { work(); });
    close(ends_[1]);
  }
  ~Worker() {
    close(ends_[0]);
    processes::join(process_);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  int square(int number) {
    if (write(ends_[0], &number, sizeof number) != sizeof number) std::abort();
    if (read(ends_[0], &number, sizeof number) != sizeof number) std::abort();
    return number;
  }

 private:
  void work() const {
    close(ends_[0]);
    int number = 0;
    while (read(ends_[1], &number, sizeof number) == sizeof number) {
      number *= number;
      if (write(ends_[1], &number, sizeof number) != sizeof number) std::abort();
    }
  }
  int ends_[2]{};
  pid_t process_ = -1;
};

/// Two threads have 2 and 3 squared, n times; returns whether all answers were right.
inline std::string run(int n) {
  Worker worker;
  bool right[2] = {true, true};
  const auto ask = [&](int which, int number) {
    for (int i = 0; i < n; ++i) {
      if (worker.square(number) != number * number) right[which] = false;
    }
  };
  std::thread first(ask, 0, 2);
  std::thread second(ask, 1, 3);
  first.join();
  second.join();
  return right[0] && right[1] ? "right" : "mixed-up";
}

}  // namespace one_line
