// Runs a program as ordinary C++ threads. Compiled with -fsanitize=thread, so that Selvage sees it.
#pragma once

#include "program.hpp"

namespace differential {

/// A body for selvage::explore. What it keeps for itself is either never written (the code) or a thread's
/// own until the thread was joined (the registers), so that only the program's accesses can race.
void interpret(const std::vector<Code>& code, int semaphore);

}  // namespace differential
