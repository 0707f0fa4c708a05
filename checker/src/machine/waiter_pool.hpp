// libstdc++'s table of who waits in std::atomic::wait, which latches, semaphores and barriers are built on.
#pragma once

#include <cstdint>

namespace selvage::machine {

/// Looks for the table in the symbols of the loaded modules, before the exploration begins. A stripped program has none.
void find_waiter_pools();
/// Is the address in a table?
bool in_waiter_pool(std::uint64_t address);

}  // namespace selvage::machine
