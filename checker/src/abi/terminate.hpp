// std::terminate as a verdict.
#pragma once

namespace selvage::abi {

/// Makes the default terminate handler a verdict.
void catch_terminate();

}  // namespace selvage::abi
