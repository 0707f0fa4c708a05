#include "promised.hpp"

#include <algorithm>

namespace selvage::report {

namespace {

/// Options that the search for graphs knows nothing of, or that ask for interleavings.
bool asks_for_interleavings(const Options& options) {
  return options.search != Search::exhaustive || options.races != Races::stop || options.crash_children ||
         options.preemptions >= 0;
}

/// Does the search for graphs have the last word? It has where a bound ended it or cut an execution: what it would have come
/// to is not known, and interleavings do not tell.
bool settles(const RawResult& raw) {
  if (!raw.refused.empty()) return false;
  if (raw.verdict == Verdict::unsupported || raw.verdict == Verdict::nondeterministic) return false;
  return raw.verdict != Verdict::exhausted || raw.out_of_budget || raw.bounded != 0;
}

void take_from_budget(Options* options, double seconds) {
  constexpr double kLeast = 0.001;  // 0 would be no bound
  if (options->seconds > 0) options->seconds = std::max(options->seconds - seconds, kLeast);
}

}  // namespace

std::optional<Explored> explore_what_is_promised(Options options, const Exploration& explore) {
  const auto once = [&](std::string only_sc) -> std::optional<Explored> {
    std::optional<RawResult> raw = explore(options);
    if (!raw) return std::nullopt;
    return Explored{std::move(*raw), options, std::move(only_sc)};
  };
  if (options.model != "auto") return once("");
  if (asks_for_interleavings(options)) {
    options.model = "sc";
    return once("");
  }
  std::optional<RawResult> raw = explore(options);
  if (!raw) return std::nullopt;
  if (!raw->beyond_sc) {
    options.model = "sc";
    return Explored{std::move(*raw), options, ""};
  }
  take_from_budget(&options, raw->seconds);
  options.model = "rc11";
  options.search = Search::graphs;
  raw = explore(options);
  if (!raw) return std::nullopt;
  if (settles(*raw)) return Explored{std::move(*raw), options, ""};
  take_from_budget(&options, raw->seconds);
  options.model = "sc";
  options.search = Search::exhaustive;
  return once(raw->refused.empty() ? raw->message : raw->refused);
}

}  // namespace selvage::report
