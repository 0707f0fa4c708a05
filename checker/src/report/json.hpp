// The JSON document of docs/json.md.
#pragma once

#include <string>

#include "selvage/selvage.hpp"

namespace selvage::report {

/// Ends in a newline. Equal results give equal documents, byte for byte, but for "seconds".
std::string json_report(const Result& result);

}  // namespace selvage::report
