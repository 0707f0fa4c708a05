// From the plain records of an exploration to the Result that users see: addresses become names.
#pragma once

#include "record.hpp"
#include "symbols.hpp"

namespace selvage::report {

/// `options` are those of the exploration; they give Result::program, search and model.
Result resolve(const RawResult& raw, const Options& options);
/// The same with symbols that are already there.
Result resolve(const RawResult& raw, const Options& options, Symbols& symbols);

}  // namespace selvage::report
