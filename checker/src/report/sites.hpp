// The sites that an exploration met, in words.
#pragma once

#include <vector>

#include "record.hpp"
#include "symbols.hpp"

namespace selvage::report {

/// Sorted by file and line; each once.
std::vector<Site> sites(const std::vector<RawSite>& raw, Symbols& symbols);

}  // namespace selvage::report
