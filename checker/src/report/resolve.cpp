#include "resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include "event_text.hpp"
#include "names.hpp"
#include "sentence.hpp"
#include "text.hpp"

namespace selvage::report {
namespace {

std::string plus(std::uint64_t offset) { return offset == 0 ? "" : fmt::format(" +{}", offset); }

// Names for the addresses of one violation.
class Places {
 public:
  Places(const RawViolation& violation, Symbols& symbols) : violation_(violation), symbols_(symbols) {}

  std::string name(std::uint64_t address) {
    if (std::string variable = symbols_.variable(address); !variable.empty()) {
      return variable;
    }
    if (const RawRegion* region = region_of(address)) {
      return in_region(*region, address);
    }
    return fmt::format("{:#x}", address);
  }

  // Replaces each {0xADDR}.
  std::string filled_in(const std::string& message) {
    std::string text;
    std::size_t done = 0;
    for (std::size_t open; (open = message.find("{0x", done)) != std::string::npos;) {
      const char* const begin = message.data() + open + 3;
      const char* const end = message.data() + message.size();
      std::uint64_t address = 0;
      const auto [stop, error] = std::from_chars(begin, end, address, 16);
      const bool closed = error == std::errc() && stop != end && *stop == '}';
      text.append(message, done, open - done).append(closed ? name(address) : "{0x");
      done = closed ? static_cast<std::size_t>(stop - message.data()) + 1 : open + 3;
    }
    return text.append(message, done);
  }

 private:
  const RawRegion* region_of(std::uint64_t address) const {
    const auto holds = [address](const RawRegion& region) {
      return address >= region.low && address < region.high;
    };
    const auto found = std::find_if(violation_.regions.begin(), violation_.regions.end(), holds);
    return found == violation_.regions.end() ? nullptr : &*found;
  }

  std::string in_region(const RawRegion& region, std::uint64_t address) {
    switch (region.kind) {
      case RawRegion::Kind::heap: {
        const std::vector<SourceLocation> stack = symbols_.stack(region.stack);
        const std::string place =
            stack.empty() || stack.front().file.empty() ? "" : " at " + short_place(stack.front());
        return fmt::format("heap block of {} bytes from T{}{}{}", region.high - region.low, region.thread,
                           place, plus(address - region.low));
      }
      case RawRegion::Kind::tls: {
        const std::string variable = symbols_.thread_local_variable(address - region.low);
        return variable.empty()
                   ? fmt::format("thread-local data of T{}{}", region.thread, plus(address - region.low))
                   : fmt::format("{} of T{}", variable, region.thread);
      }
      case RawRegion::Kind::stack:
        break;
    }
    if (std::string variable = local(region, address); !variable.empty()) {
      return variable;
    }
    return fmt::format("stack of T{} -{}", region.thread, region.high - address);
  }

  // Whose frame is it in? Only the events of the stack's own thread can tell; the frame that lies least far
  // above the address is the one that holds it.
  std::string local(const RawRegion& region, std::uint64_t address) {
    std::string best;
    std::uint64_t best_frame = ~std::uint64_t{0};
    for (const RawEvent& event : violation_.trace) {
      if (event.thread != region.thread) {
        continue;
      }
      for (std::size_t i = 0; i < event.frames.size() && i < event.stack.size(); ++i) {
        const std::uint64_t frame = event.frames[i];
        if (frame <= address || frame >= best_frame) {
          continue;
        }
        if (std::string variable = symbols_.local_variable(event.stack[i], frame, address);
            !variable.empty()) {
          best = std::move(variable);
          best_frame = frame;
        }
      }
    }
    return best;
  }

  const RawViolation& violation_;
  Symbols& symbols_;
};

std::string default_message(const RawViolation& violation) {
  return fmt::format("one execution ends in {}", to_string(violation.kind));
}

// A plain access by the library's own code (how std::thread hands a function to its thread, what a vector
// does to its fields) tells a reader nothing, unless it is one of a race.
bool is_noise(const RawEvent& event, Symbols& symbols) {
  const bool plain = event.kind == EventKind::plain_read || event.kind == EventKind::plain_write;
  return plain && !event.stack.empty() && !symbols.in_user_code(event.stack.front());
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
  std::map<std::uint64_t, std::string> names;
  const Namer name = [&](std::uint64_t address) {
    const auto [entry, fresh] = names.try_emplace(address);
    if (fresh) {
      entry->second = places.name(address);
    }
    return entry->second;
  };
  Violation violation;
  violation.kind = raw.kind;
  violation.message = raw.message.empty() ? default_message(raw) : places.filled_in(raw.message);
  violation.threads = raw.threads;
  violation.schedule = raw.schedule;
  violation.preemptions = raw.preemptions;
  violation.output = raw.output;
  for (const RawEvent& event : raw.trace) {
    TraceEvent& row = violation.trace.emplace_back();
    row.thread = event.thread;
    row.text = event_text(event, name);
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
      shown.holding.push_back(name(lock));
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

}  // namespace

Result resolve(const RawResult& raw, const Options& options, Symbols& symbols) {
  Result result;
  result.verdict = raw.verdict;
  result.complete = raw.complete;
  result.executions = raw.executions;
  result.blocked = raw.blocked;
  result.events = raw.events;
  result.seconds = raw.seconds;
  result.outcomes = raw.outcomes;
  sort_outcomes(&result.outcomes);
  result.program = options.program;
  if (result.program.empty() && !raw.modules.empty()) {
    result.program = std::filesystem::path(raw.modules.front().path).filename().string();
  }
  result.search = to_string(options.search);
  result.model = options.model;
  for (const RawViolation& violation : raw.violations) {
    result.violations.push_back(resolve(violation, symbols));
  }
  const RawViolation nothing;
  const std::string reason = Places(nothing, symbols).filled_in(raw.message);
  result.message = verdict_sentence(result, reason);
  return result;
}

Result resolve(const RawResult& raw, const Options& options) {
  Symbols symbols(raw.modules);
  return resolve(raw, options, symbols);
}

}  // namespace selvage::report
