// Two threads hand work to a process, and block until the results come.
//
// A lock keeps the question and its answer together.
#pragma once

#include <sys/socket.h>

#include <mutex>
#include <string>
#include <thread>

#include "../processes.hpp"

namespace locked {

/// Has a number squared by who is at the other end of the line.
inline int square(int line, std::mutex& mutex, int number) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (write(line, &number, sizeof number) != sizeof number) std::abort();
  if (read(line, &number, sizeof number) != sizeof number) std::abort();
  return number;
}

/// Squares one number for who is at the other end; false if nobody is there any more.
inline bool answer(int line) {
  int number = 0;
  if (read(line, &number, sizeof number) != sizeof number) return false;
  number *= number;
  if (write(line, &number, sizeof number) != sizeof number) std::abort();
  return true;
}

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
  int square(int number) { return locked::square(ends_[0], mutex_, number); }

 private:
  void work() const {
    close(ends_[0]);
    while (answer(ends_[1])) {
    }
  }
  int ends_[2]{};
  pid_t process_ = -1;
  std::mutex mutex_;
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

}  // namespace locked
