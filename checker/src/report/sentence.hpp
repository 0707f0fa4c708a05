// The verdict in one sentence: Result::message.
#pragma once

#include <cstdint>
#include <string>

#include "selvage/selvage.hpp"

namespace selvage::report {

/// `reason` is what the exploration said of a verdict that has no violation, e.g. which bound ended it.
/// Holds no times, so that equal explorations have equal sentences.
std::string verdict_sentence(const Result& result, const std::string& reason);

/// "1 execution", "20 executions".
std::string counted(std::uint64_t count, const std::string& noun);

/// A part of a whole: "12.5 %"; never 0 or 100 unless it is that.
std::string in_percent(double part);

/// ", up to renaming T1 and T2"; empty where no threads were taken for interchangeable.
std::string symmetry_in_words(const Result& result);

/// "sequentially consistent" for "sc".
std::string model_in_words(const std::string& model);

}  // namespace selvage::report
