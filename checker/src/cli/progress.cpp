#include "progress.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include "bytes.hpp"
#include "print.hpp"
#include "sentence.hpp"

namespace selvage::cli {

namespace {
constexpr const char* kClearLine = "\r\x1b[K";
}

Progress::~Progress() {
  if (shown_) {
    say(kClearLine);
  }
}

void Progress::show(const report::ControlBlock& control) {
  const auto now = Clock::now();
  // A search that is over in a blink needs no progress.
  if (!on_ || now - last_ < std::chrono::milliseconds(200)) {
    return;
  }
  last_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const auto executions = control.executions.load();
  const auto violations = control.violations.load();
  const auto states = control.states.load();
  const double covered = control.covered.load();
  const std::string work =
      states != 0
          ? fmt::format("{} states ({:.0f} a second), {} of them waiting", states,
                        static_cast<double>(states) / seconds, control.waiting.load())
          : fmt::format("{} executions ({:.0f} a second), {} cut short{}", executions,
                        static_cast<double>(executions) / seconds, control.blocked.load(),
                        covered < 0 ? "" : ", " + report::in_percent(covered) + " done (an estimate)");
  const std::string line = fmt::format(
      "selvage: {}{}, {:.0f} s{}", work, violations == 0 ? "" : fmt::format(", {} violations", violations),
      seconds, control.stop.load() != 0 ? ", ending (interrupt again to kill it)" : "");
  // A line that went on below could not be cleared.
  const std::size_t columns = columns_of(STDERR_FILENO);
  say(kClearLine + (columns > 8 ? report::truncate(line, columns - 1) : line));
}

}  // namespace selvage::cli
