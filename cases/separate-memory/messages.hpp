// A process that keeps a value for all, and what others say to it: get, and set.
//
// Where processes have no memory in common, one of them can keep a value and answer to messages.
#pragma once

#include <array>

#include "../processes.hpp"

namespace messages {

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

/// Waits for a question and answers it; false if nobody can ask any more.
inline bool answer(const Lines& lines, int& value) {
  Message message{};
  if (!get(lines.questions, message)) return false;
  if (message.set) value = message.value;
  put(lines.answers[static_cast<std::size_t>(message.from)], value);
  return true;
}

/// Answers until nobody can ask any more; then its exit status is the value.
inline void manage(const Lines& lines) {
  close(lines.questions.ends[1]);
  int value = 0;
  while (answer(lines, value)) {
  }
  _exit(value);
}

/// Has two processes do `work(lines, which)` beside the manager, and returns what it has when both have
/// ended.
template <typename Work>
int run(Work work) {
  const Lines lines;
  const pid_t manager = processes::start([&] { manage(lines); });
  const pid_t first = processes::start([&] { work(lines, 0); });
  const pid_t second = processes::start([&] { work(lines, 1); });
  close(lines.questions.ends[1]);
  processes::join(first);
  processes::join(second);
  const int value = WEXITSTATUS(processes::join(manager));
  close(lines.questions.ends[0]);
  for (const Pipe& pipe : lines.answers) pipe.close_both();
  return value;
}

}  // namespace messages
