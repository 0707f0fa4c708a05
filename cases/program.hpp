// What the small programs of the cases have in common: their command line.
//
//   PROGRAM [N] [--trials K]
//
// runs with size N (the notebook's, unless given), K times over, and prints the value of each trial on a
// line of its own.
#pragma once

#include <cstdlib>
#include <iostream>
#include <string>

namespace program {

inline int usage(const char* name) {
  std::cerr << "usage: " << name << " [N] [--trials K]\n";
  return EXIT_FAILURE;
}

/// A whole number from 0 to 2000000, or -1 for any other text.
inline int number(const std::string& text) {
  if (text.empty() || text.size() > 7 || text.find_first_not_of("0123456789") != std::string::npos) return -1;
  const int value = std::stoi(text);
  return value <= 2000000 ? value : -1;
}

/// Runs one form of a case as the command line asks. `run` returns a number, or a word without spaces.
template <typename Value>
int trials(int argc, char** argv, int notebook_size, Value (*run)(int)) {
  int size = notebook_size;
  int count = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--trials") {
      count = i + 1 < argc ? number(argv[++i]) : -1;
    } else {
      size = number(argument);
    }
    if (size < 0 || count < 0) return usage(argv[0]);
  }
  for (int trial = 0; trial < count; ++trial) std::cout << run(size) << '\n';
  return EXIT_SUCCESS;
}

}  // namespace program
