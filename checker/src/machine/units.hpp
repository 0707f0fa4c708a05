// How much of the program was compiled so that all its accesses are seen.
#pragma once

#include <cstdint>

namespace selvage::machine {

struct Units {
  std::uint32_t instrumented = 0;  ///< translation units compiled with -fsanitize=thread
  std::uint32_t whole = 0;         ///< ... and with Selvage's plugin
};

/// What has been counted so far. Not a part of Machine, which is made later than the first of them.
inline constinit Units g_units;

/// Of the program and the libraries that are loaded by now. Not while an execution runs.
Units units();

}  // namespace selvage::machine
