// The runtime's own last words: something is wrong with Selvage or its surroundings, not the program.
#pragma once

namespace selvage::machine {

/// Prints "selvage: internal error: WHAT" to the real stderr and ends the process with status 70.
[[noreturn]] void fatal(const char* what);

}  // namespace selvage::machine
