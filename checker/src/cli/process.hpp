// Running other programs to their end.
#pragma once

#include <string>
#include <vector>

namespace selvage::cli {

/// Runs a command found in PATH; returns its exit status, 128 + N for signal N. With `output`, what it
/// writes to stdout is appended there. Throws Refused where it cannot be started.
int run_process(const std::vector<std::string>& command, std::string* output = nullptr);

}  // namespace selvage::cli
