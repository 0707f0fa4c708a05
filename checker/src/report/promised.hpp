// What the default memory model means: the verdict that C++ promises, by the search that is enough for it.
#pragma once

#include <functional>
#include <optional>

#include "record.hpp"
#include "selvage/selvage.hpp"

namespace selvage::report {

struct Explored {
  RawResult raw;
  Options options;      ///< those that it was explored with in the end: model is "sc" or "rc11"
  std::string only_sc;  ///< becomes Result::only_sc
};

/// Explores with the given options; nothing where the user would not wait for the result.
using Exploration = std::function<std::optional<RawResult>(const Options&)>;

/// With Options::model "auto": goes through the interleavings while nothing beyond sequential consistency can be seen
/// (machine/beyond_sc.hpp); then takes the search for execution graphs under rc11; and where that search does not know
/// what the program does, the interleavings again, all of them, saying so. A bound on seconds holds for all of that. With any
/// other model: explores just once.
std::optional<Explored> explore_what_is_promised(Options options, const Exploration& explore);

}  // namespace selvage::report
