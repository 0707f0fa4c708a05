// A manager process keeps a value for all, and there is a lock to be held from get to set.
//
// What has to be whole is the addition, not the message. A semaphore with one place, which all processes
// share, makes it so.
#pragma once

#include <array>

#include "../processes.hpp"

namespace locked {

struct Message {
  int from;
  bool set;
  int value;
};

struct Pipe {
  std::array<int, 2> ends;  // to read from, to write to
  Pipe() {
    if (pipe(ends.data()) != 0) std::abort();
  }
  void close_both() const {
    close(ends[0]);
    close(ends[1]);
  }
};

/// Questions of all go through one pipe, answers to each through one of its own.
struct Lines {
  Pipe questions;
  std::array<Pipe, 2> answers;
};

template <typename T>
void put(const Pipe& pipe, const T& value) {
  if (write(pipe.ends[1], &value, sizeof value) != sizeof value) std::abort();
}

template <typename T>
bool get(const Pipe& pipe, T& value) {
  return read(pipe.ends[0], &value, sizeof value) == sizeof value;
}

inline int ask(const Lines& lines, const Message& message) {
  put(lines.questions, message);
  int answer = 0;
  if (!get(lines.answers[static_cast<std::size_t>(message.from)], answer)) std::abort();
  return answer;
}

/// Answers until nobody can ask any more; then its exit status is the value.
inline void manage(const Lines& lines) {
  close(lines.questions.ends[1]);
  int value = 0;
  for (Message message{}; get(lines.questions, message);) {
    if (message.set) value = message.value;
    put(lines.answers[static_cast<std::size_t>(message.from)], value);
  }
  _exit(value);
}

inline void add(const Lines& lines, processes::Semaphore& lock, int from, int n) {
  for (int i = 0; i < n; ++i) {
    lock.acquire();
    const int value = ask(lines, {from, false, 0});
    ask(lines, {from, true, value + 1});
    lock.release();
  }
}

/// Adds 1 n times in each of two processes, and returns what the manager has when both have ended.
inline int run(int n) {
  struct Lock : processes::Semaphore {
    Lock() : Semaphore(1) {}
  };
  const processes::Shared<Lock> lock;
  const Lines lines;
  const pid_t manager = processes::start([&] { manage(lines); });
  const pid_t first = processes::start([&] { add(lines, *lock, 0, n); });
  const pid_t second = processes::start([&] { add(lines, *lock, 1, n); });
  close(lines.questions.ends[1]);
  processes::join(first);
  processes::join(second);
  const int value = WEXITSTATUS(processes::join(manager));
  close(lines.questions.ends[0]);
  for (const Pipe& pipe : lines.answers) pipe.close_both();
  return value;
}

}  // namespace locked
