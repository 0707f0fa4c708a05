// `selvage c++`: the compiler with the flags that Selvage needs.
#pragma once

#include <string>
#include <vector>

namespace selvage::cli {

/// `words` are those after "c++". Returns the compiler's exit status; throws Refused.
int cxx_command(std::vector<std::string> words);

}  // namespace selvage::cli
