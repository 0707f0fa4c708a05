// A manager process keeps a value for all.
//
// Where processes have no memory in common, one of them can keep a value and answer to messages: get, and
// set. No two processes access the same memory, so there is no data race, and no race detector has anything
// to say. But between a process's get and its set another can get the same value, and then one of the two
// additions is lost.
#pragma once

#include <array>

#include "../processes.hpp"

namespace manager {

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

inline void add(const Lines& lines, int from, int n) {
  for (int i = 0; i < n; ++i) {
    const int value = ask(lines, {from, false, 0});
    ask(lines, {from, true, value + 1});
  }
}

/// Adds 1 n times in each of two processes, and returns what the manager has when both have ended.
inline int run(int n) {
  const Lines lines;
  const pid_t manager = processes::start([&] { manage(lines); });
  const pid_t first = processes::start([&] { add(lines, 0, n); });
  const pid_t second = processes::start([&] { add(lines, 1, n); });
  close(lines.questions.ends[1]);
  processes::join(first);
  processes::join(second);
  const int value = WEXITSTATUS(processes::join(manager));
  close(lines.questions.ends[0]);
  for (const Pipe& pipe : lines.answers) pipe.close_both();
  return value;
}

}  // namespace manager
