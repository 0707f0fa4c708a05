// Faults: a child process that is killed where it stands.
#pragma once

namespace selvage::machine {

/// The running process, if it is a child, is killed here, or is not: both are explored.
void may_crash();

}  // namespace selvage::machine
