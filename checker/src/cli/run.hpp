// `selvage run`: explore a program that is already built.
#pragma once

#include "run_request.hpp"

namespace selvage::cli {

/// Returns the exit status; throws Refused and report::FileError for what ends it with status 3.
int run_command(RunRequest request);

}  // namespace selvage::cli
