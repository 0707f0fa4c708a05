// What the library does because the user said so, and what of its own accord.
//
// std::atomic and std::lock_guard stand for what the user wrote. Others (std::shared_ptr,
// std::condition_variable_any, futures) have atomics and locks of their own, whose orders are none of the
// user's.
#pragma once

#include <vector>

#include "symbols.hpp"

namespace selvage::report {

/// Of the frames up to the first one in the user's code.
struct LibraryCalls {
  bool own_atomic = false;  ///< one is of a class that makes atomic accesses of its own accord
  bool own_lock = false;    ///< one is of a class that has locks of its own
  bool waiter = false;      ///< the innermost is of what std::atomic::wait keeps for itself
};

LibraryCalls library_calls(const std::vector<Frame>& frames);

}  // namespace selvage::report
