// `selvage new`: a small project to start from, with a racy and a fixed form of something and tests of both.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace selvage::cli {

/// The name of the project that is to lie at `path`: its last part, also without a slash at the end. Throws
/// Refused where CMake would not take it for the name of a target.
std::string project_name(const std::string& path);

/// Where CMake's find_package looks by itself, in its order: the prefixes that the variables
/// CMAKE_PREFIX_PATH and PATH of the environment give, and the system's.
std::vector<std::string> default_prefixes(const std::string& cmake_prefix_path, const std::string& path);

/// Adds the command to `app`. What it is given as NAME goes to `path`.
CLI::App* add_new_command(CLI::App& app, std::string* path);

/// Writes the project that was `given` as NAME and prints what to type next; returns the exit status. Where
/// it throws Refused, nothing has changed.
int new_command(const std::string& given);

}  // namespace selvage::cli
