// One exploration of a program that is already built.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elf_inspect.hpp"
#include "layout.hpp"
#include "selvage/selvage.hpp"

namespace selvage::cli {

struct Target {
  std::string program;  ///< path to execute
  Layout layout;
  ElfFacts facts;
};

/// Throws Refused where the program cannot be explored, or Selvage is incomplete.
Target target_of(const std::string& program);

/// Throws Refused where nothing came of it. Nothing, and the user was told, where the search was interrupted
/// twice. `quiet_stdout`: ours is for JSON alone. `environment`: in place of ours.
std::optional<Result> explore_program(const Target& target, const std::vector<std::string>& arguments,
                                      const Options& options, bool quiet_stdout,
                                      const std::optional<std::vector<std::string>>& environment = {});

}  // namespace selvage::cli
