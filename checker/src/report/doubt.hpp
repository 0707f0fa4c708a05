// A search that has come to its end, but may not have seen all there is to see.
#pragma once

#include <string>

#include "selvage/selvage.hpp"

namespace selvage::report {

/// Takes back that `result` is complete, and `proved`: of the program, `what_is_left_out` is not seen.
void doubt(const std::string& what_is_left_out, const std::string& what_to_do, Result* result);

}  // namespace selvage::report
