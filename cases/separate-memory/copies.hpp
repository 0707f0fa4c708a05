// Why has the list not changed?
//
// The notebook's child process appends to a list that the parent has made, and the parent's stays as it was.
// A process has memory of its own: what the child appends to is its copy. There is nothing wrong with that,
// and no race: the parent merely waits for something that cannot come.
#pragma once

#include <string>

#include "../processes.hpp"

namespace copies {

inline std::string letters;

inline void append(int n) {
  for (int i = 0; i < n; ++i) letters += 'x';
}

/// How many letters the parent has, and how many the child had, when the child has appended n.
inline std::string run(int n) {
  letters = "a";
  const pid_t child = processes::start([n] {
    append(n);
    _exit(static_cast<int>(letters.size()));
  });
  const int in_child = WEXITSTATUS(processes::join(child));
  return std::to_string(letters.size()) + "," + std::to_string(in_child);
}

}  // namespace copies
