#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "bytes.hpp"
#include "change.hpp"
#include "demangle.hpp"
#include "sentence.hpp"
#include "trace_table.hpp"

namespace selvage::report {
namespace {

constexpr std::size_t kMostOutcomes = 24;
constexpr std::size_t kLongestSchedule = 1000;
constexpr std::size_t kLongestOutput = 4000;

class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  std::string bold(const std::string& text) const { return in("1", text); }
  std::string good(const std::string& text) const { return in("1;32", text); }
  std::string bad(const std::string& text) const { return in("1;31", text); }
  std::string unsure(const std::string& text) const { return in("1;33", text); }
  std::string begin_bad() const { return on_ ? "\x1b[31m" : ""; }
  std::string end() const { return on_ ? "\x1b[0m" : ""; }

 private:
  std::string in(const char* code, const std::string& text) const {
    return on_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }
  bool on_;
};

std::string function_of(const SourceLocation& where) {
  return where.function.empty() ? "an unknown function" : to_printable(short_function(where.function), true);
}

std::string frame_line(const SourceLocation& where) {
  const std::string place = to_printable(full_place(where), true);
  return function_of(where) + (place.empty() ? "" : " at " + place);
}

// Some messages begin with the verdict themselves.
std::string after_verdict(const std::string& message, std::string_view verdict) {
  const std::string said = std::string(verdict) + ": ";
  return message.rfind(said, 0) == 0 ? message.substr(said.size()) : message;
}

// What the search did, for all that is counted in executions, or states.
std::string work(const Result& result) {
  if (result.states == 0) return counted(result.events, "event");
  return fmt::format("{}, {:.1f} MiB", counted(result.transitions, "transition"),
                     static_cast<double>(result.memory) / (1 << 20));
}

std::string headline(const Result& result, const Paint& paint) {
  const std::string verdict{to_string(result.verdict)};
  const std::string changes = to_printable(in_words(result.weaken, result.drop_lock), true);
  const std::string message = (changes.empty() ? "" : changes + (result.violations.empty() ? ", " : ": ")) +
                              after_verdict(to_printable(result.message, true), verdict);
  switch (result.verdict) {
    case Verdict::proved:
      return fmt::format("{}: {} ({} memory model, {}, {:.2f} s)\n", paint.good(verdict), message,
                         model_in_words(result.model), work(result), result.seconds);
    case Verdict::exhausted:
    case Verdict::unsupported:
      return fmt::format("{}: {}\n", paint.unsure(verdict), message);
    default:
      return fmt::format("{}: {}\n", paint.bad(verdict), message);
  }
}

std::string about(const std::string& part) {
  return (std::isdigit(part.front()) != 0 ? "about " : "") + part;
}

// How much was explored; `proved` has said that in its headline.
std::string extent(const Result& result) {
  const std::string how = !result.caveat.empty()        ? result.caveat
                          : result.complete             ? "every execution was explored"
                          : result.search == "replay"   ? "a saved schedule was replayed"
                          : result.search == "directed" ? "a directed schedule was followed"
                          : result.search == "random"   ? "executions were drawn at random"
                          : result.covered >= 0
                              ? fmt::format("the search ended when it had gone through {} (an estimate)",
                                            about(in_percent(result.covered)))
                              : "the search ended before it had gone through all";
  std::string cut =
      result.blocked == 0 ? "" : fmt::format(" and {} cut short as covered by others", result.blocked);
  if (result.bounded != 0) cut += fmt::format(" and {} cut short at the bound", result.bounded);
  const std::string what =
      result.states != 0 ? counted(result.states, "state") : counted(result.executions, "execution") + cut;
  return fmt::format("{}: {}, {}, {:.2f} s;\n  {}{} ({} memory model)\n", result.program, what, work(result),
                     result.seconds, how, symmetry_in_words(result), model_in_words(result.model));
}

// What the default memory model could not do for this program.
std::string only_sc(const Result& result) {
  if (result.only_sc.empty()) return {};
  return fmt::format("  memory orders weaker than seq_cst were taken for seq_cst, since under rc11: {}\n",
                     to_printable(result.only_sc, true));
}

// Executions are many where states are few.
std::string another_search(const Result& result) {
  if (result.verdict != Verdict::exhausted || result.search != "exhaustive" || result.model != "sc" ||
      !result.caveat.empty() || result.covered < 0 || result.covered >= 1)
    return {};
  return "  --search stateful goes through states: each once, however many executions lead to it\n";
}

std::string outcomes_text(const Result& result, const TextOptions& options) {
  if (result.outcomes.empty()) {
    return {};
  }
  std::string text = counted(result.outcomes.size(), "outcome") + " reached";
  // A lost update is an outcome like any other.
  const bool doubtful = options.may_expect && result.verdict == Verdict::proved && result.outcomes.size() > 1;
  text += doubtful ? " (--expect OUTCOME says which are right):\n" : ":\n";
  const std::size_t count = result.outcomes.size();
  std::size_t widest = 1;
  for (const Outcome& outcome : result.outcomes) {
    widest = std::max(widest, width(to_printable(outcome.value, true)));
  }
  widest = std::min(widest, options.columns > 40 ? options.columns - 30 : 10);
  for (std::size_t i = 0; i < count; ++i) {
    if (count > kMostOutcomes && i == kMostOutcomes / 2) {
      i = count - kMostOutcomes / 2;
      text += fmt::format("  ... {} more ...\n", count - kMostOutcomes);
    }
    const std::string value = truncate(to_printable(result.outcomes[i].value, true), widest);
    if (result.states != 0) {  // of how many executions it is the outcome nobody has counted
      text += fmt::format("  {}\n", value);
      continue;
    }
    const std::string padding(widest - width(value), ' ');
    text +=
        fmt::format("  {}{}  in {}\n", value, padding, counted(result.outcomes[i].executions, "execution"));
  }
  return text;
}

std::string accesses_text(const Violation& violation) {
  std::string text = "The two accesses:\n";
  for (const RaceAccess& access : violation.accesses) {
    const char* what =
        access.atomic ? (access.write ? "atomic write" : "atomic read") : (access.write ? "write" : "read");
    std::string holding;
    for (const std::string& lock : access.holding) {
      holding += (holding.empty() ? "" : ", ") + to_printable(lock, true);
    }
    text += fmt::format("  T{}: {} of {} (#{}), holding {}\n", access.thread, what,
                        counted(access.size, "byte"), access.event, holding.empty() ? "no lock" : holding);
    for (const SourceLocation& frame : access.stack) {
      text += "      " + frame_line(frame) + "\n";
    }
  }
  return text;
}

std::string schedule_text(const Violation& violation) {
  const std::string schedule = to_printable(violation.schedule, true);
  const std::string heading = fmt::format("Schedule ({}):", counted(violation.preemptions, "preemption"));
  if (schedule.size() <= kLongestSchedule) {
    return fmt::format("{} {}\n", heading, schedule);
  }
  return fmt::format("{} {} ... {}\n  ({} characters in all; --json and --save-schedule write it in full)\n",
                     heading, schedule.substr(0, kLongestSchedule / 2),
                     schedule.substr(schedule.size() - kLongestSchedule / 2), schedule.size());
}

std::string output_text(const Violation& violation) {
  std::string shown = violation.output;
  std::string note;
  if (shown.size() > kLongestOutput) {
    note = fmt::format("  ({} earlier bytes are left out)\n", shown.size() - kLongestOutput);
    shown = shown.substr(shown.size() - kLongestOutput);
  }
  if (shown.back() == '\n') {
    shown.pop_back();
  }
  std::string text = "The program printed in this execution:\n" + note + "  | ";
  for (const char c : to_printable(shown, false)) {
    text += c;
    text += c == '\n' ? "  | " : "";
  }
  return text + "\n";
}

// Whose step it was, where it was one thread's.
std::string whose(const Violation& violation) {
  if (!violation.accesses.empty()) return fmt::format("T{}: ", violation.accesses.back().thread);
  return violation.threads.size() == 1 && violation.kind != Verdict::leak
             ? fmt::format("T{}: ", violation.threads.front())
             : "";
}

std::string violation_text(const Violation& violation, const TextOptions& options, const Paint& paint) {
  std::string text;
  const std::string place = full_place(violation.location);
  if (!place.empty() || !violation.location.function.empty()) {
    text += "In " + whose(violation) + frame_line(violation.location) + "\n";
  }
  if (!violation.trace.empty()) {
    TableOptions table;
    table.columns = options.columns;
    table.mark_on = paint.begin_bad();
    table.mark_off = paint.end();
    for (const RaceAccess& access : violation.accesses) {
      table.marked.push_back(access.event);
    }
    text += "\n" + paint.bold("How it comes about") + " (one column a thread, time runs downward" +
            (violation.accesses.empty() ? "" : ", > marks the two accesses") + "):\n";
    text += trace_table(violation.trace, table);
  }
  if (!violation.accesses.empty()) {
    text += "\n" + accesses_text(violation);
  }
  if (!violation.schedule.empty()) {
    text += "\n" + schedule_text(violation);
  }
  if (options.show_output && !violation.output.empty()) {
    text += "\n" + output_text(violation);
  }
  return text;
}

std::string replay_text(const TextOptions& options) {
  if (!options.replay_command.empty()) {
    return "To replay it:  " + options.replay_command + "\n";
  }
  if (!options.save_command.empty()) {
    return "To save it for replaying:  " + options.save_command + "\n";
  }
  return {};
}

}  // namespace

std::string short_place(const SourceLocation& where) {
  return where.file.empty()
             ? std::string()
             : fmt::format("{}:{}", std::filesystem::path(where.file).filename().string(), where.line);
}

std::string full_place(const SourceLocation& where) {
  return where.file.empty() ? std::string() : fmt::format("{}:{}", where.file, where.line);
}

std::string text_report(const Result& result, const TextOptions& options) {
  const Paint paint(options.color);
  std::string text = headline(result, paint);
  if (!result.violations.empty()) {
    text += replay_text(options);
  }
  bool first = true;
  for (const Violation& violation : result.violations) {
    // The headline has told of the first one already.
    if (!first || violation.message != result.message || violation.kind != result.verdict) {
      text += fmt::format("\n{}: {}\n", paint.bad(std::string(to_string(violation.kind))),
                          after_verdict(to_printable(violation.message, true), to_string(violation.kind)));
    }
    first = false;
    text += violation_text(violation, options, paint);
  }
  if (result.verdict != Verdict::proved || !result.violations.empty()) {
    text += (result.violations.empty() ? "" : "\n") + extent(result);
  }
  return text + only_sc(result) + another_search(result) + outcomes_text(result, options);
}

}  // namespace selvage::report
