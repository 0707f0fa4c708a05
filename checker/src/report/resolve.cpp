#include "resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include "doubt.hpp"
#include "event_text.hpp"
#include "names.hpp"
#include "places.hpp"
#include "sentence.hpp"
#include "sites.hpp"

namespace selvage::report {
namespace {

std::string default_message(const RawViolation& violation) {
  return fmt::format("one execution ends in {}", to_string(violation.kind));
}

// A plain access by the library's own code (how std::thread hands a function to its thread, what a vector
// does to its fields) tells a reader nothing, unless it is one of a race; nor does what the library frees
// of its own accord.
bool is_noise(const RawEvent& event, Symbols& symbols) {
  const auto users = [&](std::uint64_t return_address) { return symbols.in_user_code(return_address); };
  if (event.stack.empty()) {
    return false;
  }
  if (event.kind == EventKind::free) {
    return std::none_of(event.stack.begin(), event.stack.end(), users);
  }
  const bool plain = event.kind == EventKind::plain_read || event.kind == EventKind::plain_write;
  return plain && !users(event.stack.front());
}

RawViolation without_noise(const RawViolation& raw, Symbols& symbols) {
  RawViolation kept = raw;
  kept.trace.clear();
  std::vector<std::int64_t> moved(raw.trace.size(), -1);
  for (std::size_t i = 0; i < raw.trace.size(); ++i) {
    const bool racing = std::any_of(raw.accesses.begin(), raw.accesses.end(),
                                    [i](const RawAccess& access) { return access.event == i; });
    if (racing || !is_noise(raw.trace[i], symbols)) {
      moved[i] = static_cast<std::int64_t>(kept.trace.size());
      kept.trace.push_back(raw.trace[i]);
    }
  }
  for (RawEvent& event : kept.trace) {
    const bool known = event.reads_from >= 0 && event.reads_from < static_cast<std::int64_t>(moved.size());
    event.reads_from = known ? moved[static_cast<std::size_t>(event.reads_from)] : -1;
  }
  for (RawAccess& access : kept.accesses) {
    if (access.event < moved.size()) access.event = static_cast<std::uint64_t>(moved[access.event]);
  }
  return kept;
}

Violation resolve(const RawViolation& recorded, Symbols& symbols) {
  const RawViolation raw = without_noise(recorded, symbols);
  Places places(raw, symbols);
  Violation violation;
  violation.kind = raw.kind;
  violation.message =
      raw.message.empty() ? default_message(raw) : places.filled_in(raw.message, raw.trace.size());
  violation.threads = raw.threads;
  violation.schedule = raw.schedule;
  violation.preemptions = raw.preemptions;
  violation.output = raw.output;
  for (std::size_t i = 0; i < raw.trace.size(); ++i) {
    const RawEvent& event = raw.trace[i];
    TraceEvent& row = violation.trace.emplace_back();
    row.thread = event.thread;
    row.text = event_text(event, [&](std::uint64_t address) { return places.name(address, i); });
    row.stack = symbols.stack(event.stack);
    row.where = row.stack.empty() ? SourceLocation{} : row.stack.front();
  }
  for (const RawAccess& access : raw.accesses) {
    RaceAccess& shown = violation.accesses.emplace_back();
    shown.thread = access.thread;
    shown.write = access.write;
    shown.atomic = access.atomic;
    shown.size = access.size;
    shown.event = access.event;
    if (access.event < violation.trace.size()) {
      shown.stack = violation.trace[access.event].stack;
    }
    for (const std::uint64_t lock : access.holding) {
      shown.holding.push_back(places.name(lock, access.event));
    }
  }
  const std::vector<SourceLocation> stack = symbols.stack(raw.stack);
  if (!stack.empty()) {
    violation.location = stack.front();
  } else if (!violation.accesses.empty() && !violation.accesses.back().stack.empty()) {
    violation.location = violation.accesses.back().stack.front();
  } else if (!violation.trace.empty()) {
    violation.location = violation.trace.back().where;
  }
  return violation;
}

std::optional<long long> as_integer(const std::string& text) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// Numerically where all are integers, else as text.
void sort_outcomes(std::vector<Outcome>* outcomes) {
  const bool numbers = std::all_of(outcomes->begin(), outcomes->end(), [](const Outcome& outcome) {
    return as_integer(outcome.value).has_value();
  });
  std::stable_sort(outcomes->begin(), outcomes->end(), [numbers](const Outcome& a, const Outcome& b) {
    return numbers ? *as_integer(a.value) < *as_integer(b.value) : a.value < b.value;
  });
}

// Without the plugin a race on what they leave out is not seen, nor what another thread's write in the middle of ++x
// leads to.
void doubt_what_compilers_left_out(const RawResult& raw, Result* result) {
  if (raw.whole_units >= raw.units || !result->complete) return;
  const std::uint64_t without = raw.units - raw.whole_units;
  doubt(
      fmt::format(
          "{} compiled without Selvage's plugin (for g++ 12 and clang++ 14), or with inline assembly that is "
          "atomic; that, or what compilers leave out of what they instrument (memcpy(), what is passed by "
          "value, the "
          "read of ++x ...), is not seen there",
          without == raw.units && raw.units == 1 ? std::string("the program was")
          : without == raw.units                 ? "the program's source files were"
          : without == 1                         ? "one of the program's source files was"
                         : fmt::format("{} of the program's source files were", without)),
      "build with selvage c++ or selvage_add_test", result);
}

}  // namespace

Result resolve(const RawResult& raw, const Options& options, Symbols& symbols) {
  Result result;
  result.verdict = raw.verdict;
  result.complete = raw.complete;
  result.executions = raw.executions;
  result.blocked = raw.blocked;
  result.bounded = raw.bounded;
  result.events = raw.events;
  result.states = raw.states;
  result.transitions = raw.transitions;
  result.memory = raw.memory;
  result.seconds = raw.seconds;
  result.covered = raw.covered;
  result.symmetry = raw.symmetry;
  result.outcomes = raw.outcomes;
  sort_outcomes(&result.outcomes);
  result.program = options.program;
  if (result.program.empty() && !raw.modules.empty()) {
    result.program = std::filesystem::path(raw.modules.front().path).filename().string();
  }
  result.search = to_string(options.search);
  result.model = options.model;
  result.weaken = raw.weaken;
  result.drop_lock = raw.drop_lock;
  result.caveat = raw.caveat;
  result.sites = sites(raw.sites, symbols);
  for (const RawViolation& violation : raw.violations) {
    result.violations.push_back(resolve(violation, symbols));
  }
  const RawViolation nothing;
  const std::string reason = Places(nothing, symbols).filled_in(raw.message, 0);
  result.message = verdict_sentence(result, reason);
  doubt_what_compilers_left_out(raw, &result);
  return result;
}

Result resolve(const RawResult& raw, const Options& options) {
  Symbols symbols(raw.modules);
  return resolve(raw, options, symbols);
}

}  // namespace selvage::report
