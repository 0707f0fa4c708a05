#include "sentence.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace selvage::report {

std::string counted(std::uint64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string in_percent(double part) {
  if (part <= 0 || part >= 1) return part <= 0 ? "0 %" : "100 %";
  if (part < 1e-4) return "less than 0.01 %";
  if (part > 0.9999) return "more than 99.99 %";
  return fmt::format("{:.2f} %", 100 * part);
}

std::string symmetry_in_words(const Result& result) {
  std::string words;
  for (std::string group : result.symmetry) {
    for (std::size_t at = 0; (at = group.find(' ', at)) != std::string::npos; at += 5)
      group.replace(at, 1, " and ");
    words += (words.empty() ? ", up to renaming " : ", and ") + group;
  }
  return words;
}

std::string model_in_words(const std::string& model) {
  return model == "sc" ? "sequentially consistent" : model == "rc11" ? "C++ (rc11)" : model;
}

std::string verdict_sentence(const Result& result, const std::string& reason) {
  if (result.verdict == Verdict::proved && result.states != 0) {
    return fmt::format("every execution of {} ends well, as the steps from all of its {} show",
                       result.program, counted(result.states, "state"));
  }
  if (result.verdict == Verdict::proved) {
    return result.executions == 1 ? fmt::format("the only execution of {} ends well{}", result.program,
                                                symmetry_in_words(result))
                                  : fmt::format("all {} executions of {} end well{}", result.executions,
                                                result.program, symmetry_in_words(result));
  }
  const auto same_kind = [&](const Violation& violation) { return violation.kind == result.verdict; };
  const auto violation = std::find_if(result.violations.begin(), result.violations.end(), same_kind);
  if (violation != result.violations.end()) {
    return violation->message;
  }
  if (!reason.empty()) {
    return reason;
  }
  if (result.verdict != Verdict::exhausted) {
    return fmt::format("{} ended in {}", result.program, to_string(result.verdict));
  }
  if (result.search == "replay" || result.search == "directed") {
    return fmt::format(
        "the one execution of {} that was asked for ends well, which proves nothing of the others",
        result.program);
  }
  if (result.search == "random") {
    return fmt::format("{} of {} drawn at random found nothing bad, which proves nothing",
                       counted(result.executions, "execution"), result.program);
  }
  return fmt::format("the search ended before every execution of {} was explored, so that nothing is proved",
                     result.program);
}

}  // namespace selvage::report
