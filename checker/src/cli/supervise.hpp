// Runs the explored program in a child process and looks after it until it has reported.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "layout.hpp"
#include "selvage/selvage.hpp"

namespace selvage::cli {

struct Child {
  std::string program;                 ///< path to execute
  std::vector<std::string> arguments;  ///< without argv[0]
  Options options;
  Layout layout;
  bool stdout_to_stderr = false;  ///< our stdout is for JSON alone
  bool show_progress = false;
  std::optional<std::vector<std::string>> environment;  ///< otherwise ours
  bool fixed_start = false;  ///< its memory is to be the same every time (fixed_start.hpp)
};

struct ChildEnd {
  std::string record;      ///< what came through the result pipe: JSON of a RawResult, or empty
  int status = 0;          ///< as waitpid gives it
  bool reached = false;    ///< the runtime inside took the program over
  bool abandoned = false;  ///< the user interrupted a second time
};

/// Throws Refused where the child cannot be started. A first SIGINT or SIGTERM ends the search with what it
/// has; a second one kills the child.
ChildEnd run_child(const Child& child);

}  // namespace selvage::cli
