// What `selvage run` was asked to do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "selvage/selvage.hpp"

namespace CLI {
class App;
}

namespace selvage::cli {

struct RunRequest {
  Options options;
  std::string json;           ///< a file, "-" for stdout, empty for none
  std::string save_schedule;  ///< a file, empty for none
  std::string replay;         ///< a file, empty for none
  bool show_output = true;
  std::optional<std::vector<std::string>> environment;  ///< that the program had when it was saved (--resume)
  std::string program;
  std::vector<std::string> arguments;
  std::vector<std::string>
      given;  ///< the words between "run" and the program, for commands shown to the user
};

/// Raw texts of the options until parsing is over.
struct RunWords {
  RunRequest request;
  std::string search = "exhaustive", races = "stop", leaks = "report", output = "show";
};

/// Adds the subcommand `run`. Everything from the first word that is no option belongs to the program.
CLI::App* add_run_command(CLI::App& app, RunWords* words);

/// After parsing. Throws Refused for what makes no sense.
RunRequest finish_run_request(const CLI::App& run, RunWords words);

}  // namespace selvage::cli
