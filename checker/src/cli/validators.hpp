// What the options of the commands may be given.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace selvage::cli {

CLI::Validator one_of(std::vector<std::string> names);
CLI::Validator above(double bound, bool or_equal);
/// Any text that `read` does not throw std::invalid_argument at.
CLI::Validator text_of(std::function<void(const std::string&)> read);

}  // namespace selvage::cli
