// The words that command line, JSON and schedule files use for the enumerations of Options.
#pragma once

#include <string_view>

#include "selvage/selvage.hpp"

namespace selvage::report {

std::string_view to_string(Search search);
std::string_view to_string(Races races);
/// The inverses. Throw std::invalid_argument for any other text.
Search search_from_string(std::string_view name);
Races races_from_string(std::string_view name);

}  // namespace selvage::report
