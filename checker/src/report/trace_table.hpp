// A trace as a table: one column a thread, time downward.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "selvage/selvage.hpp"

namespace selvage::report {

struct TableOptions {
  std::size_t columns = 110;         ///< lines no longer than this
  std::size_t head = 40, tail = 40;  ///< rows shown of a longer trace: the first and the last
  std::vector<std::size_t> marked;   ///< rows that are shown always, with a '>' before them
  std::string mark_on, mark_off;     ///< put around a marked line, e.g. colours
};

/// Lines ending in newlines, the heading first. More than five threads do not fit side by side: those
/// traces become a list with the thread in the first column. Empty for an empty trace.
std::string trace_table(const std::vector<TraceEvent>& trace, const TableOptions& options = {});

}  // namespace selvage::report
