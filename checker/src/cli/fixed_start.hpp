// Starts a program so that the memory of its process is the same every time: for checkpoints, whose states
// are bytes at addresses.
//
// Without address randomisation, things are at the same places in each process that is started with the same
// command line and environment. What still differs is what the kernel makes up: the 16 bytes that the C
// library takes its stack protectors and its key for mangled pointers from, and what it answers to getrandom.
// The child lets its parent trace it until it is under the runtime's control; until then the parent puts
// other bytes there.
#pragma once

#include <sys/types.h>

#include <functional>

namespace selvage::cli {

/// In the child, before exec: false, and errno says why, where this cannot be had.
bool ask_for_fixed_start();

/// In the parent: goes along with the child from its exec until `under_control`, or until the child has
/// ended, which is then for the caller to find. Throws Refused where it cannot be done.
void give_fixed_start(pid_t child, const std::function<bool()>& under_control,
                      const std::function<bool()>& give_up);

}  // namespace selvage::cli
