#include "run.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

#include "elf_inspect.hpp"
#include "exit_status.hpp"
#include "files.hpp"
#include "json.hpp"
#include "layout.hpp"
#include "record.hpp"
#include "resolve.hpp"
#include "schedule_file.hpp"
#include "shell.hpp"
#include "supervise.hpp"
#include "text.hpp"

namespace selvage::cli {
namespace {

namespace fs = std::filesystem;

// The file gives the program (where none was named) and everything that decides what an execution does.
void take_over_schedule(RunRequest* request) {
  const report::ScheduleFile file = report::load_schedule(request->replay);
  if (request->program.empty()) {
    request->program = file.program;
    request->arguments = file.arguments;
    if (!fs::exists(file.program)) {
      throw Refused(fmt::format("{} was saved from {}, which is not there any more; name the program",
                                request->replay, file.program));
    }
  }
  report::check_schedule_fits(file, request->replay, request->program, request->arguments);
  Options& options = request->options;
  options.search = Search::replay;
  options.replay_schedule = file.schedule;
  options.races = file.races;
  options.report_leaks = file.report_leaks;
  options.model = file.model;
  options.max_timeouts = file.max_timeouts;
  options.max_events = file.max_events;
  options.expected = file.expected;
}

void check_parts(const Layout& layout, const ElfFacts& facts) {
  const auto needs = [&](std::string_view name) {
    return std::any_of(facts.needed.begin(), facts.needed.end(),
                       [&](const std::string& library) { return library == name; });
  };
  const auto check = [](const std::string& path) {
    if (!fs::exists(path)) {
      throw Refused(fmt::format("{} is missing: this installation of Selvage is incomplete", path));
    }
    // LD_PRELOAD separates its entries with these and has no way to quote them.
    if (path.find_first_of(" :") != std::string::npos) {
      throw Refused(
          fmt::format("Selvage lies in a directory whose name has a space or colon ({}), which the loader "
                      "cannot preload from; build or install it elsewhere",
                      path));
    }
  };
  check(layout.libselvage);
  if (needs("libtsan.so.2")) check(layout.gcc_stand_in);
  if (needs("libclang_rt.tsan-x86_64.so")) check(layout.clang_stand_in);
}

// A child that ended without a result: what the user must know, in one line.
std::string without_result(const ChildEnd& end, const std::string& program) {
  const std::string how = WIFSIGNALED(end.status)
                              ? fmt::format("was killed by signal {} ({})", WTERMSIG(end.status),
                                            ::strsignal(WTERMSIG(end.status)))
                              : fmt::format("ended with status {}", WEXITSTATUS(end.status));
  if (!end.reached) {
    return fmt::format("{} {} and never reached main under Selvage's control", program, how);
  }
  return fmt::format("internal error: {} {} in the middle of the exploration and left no result", program,
                     how);
}

bool use_color(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return ::isatty(fd) == 1 && (no_color == nullptr || *no_color == '\0') &&
         (terminal == nullptr || std::strcmp(terminal, "dumb") != 0);
}

std::size_t columns_of(int fd, std::size_t otherwise) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
             ? std::clamp<std::size_t>(size.ws_col, 72, otherwise)
             : otherwise;
}

// clang leaves accesses out unless told otherwise (see compile_flags in cxx_plan.cpp): a race on them is not seen, nor
// what another thread's write in the middle of ++x leads to.
void doubt_what_clang_left_out(const ElfFacts& facts, Result* result) {
  if (!facts.by_clang || facts.all_instrumented || !result->complete) return;
  result->complete = false;
  result->caveat =
      "clang leaves accesses to members of local variables, and the read of ++x, out of what it instruments, so " +
      std::string(result->verdict == Verdict::proved ? "nothing is proved" : "outcomes may be missing") +
      ": build with selvage c++, or compile with -mllvm -tsan-instrument-read-before-write -mllvm "
      "-capture-tracking-max-uses-to-explore=0 and link with -Wl,--defsym=" +
      std::string(kAllInstrumented) + "=1";
  if (result->verdict == Verdict::proved) {
    result->verdict = Verdict::exhausted;
    result->message = result->caveat;
  }
}

std::vector<std::string> with_program(std::vector<std::string> words, const RunRequest& request) {
  words.push_back(request.program);
  words.insert(words.end(), request.arguments.begin(), request.arguments.end());
  return words;
}

std::string replay_command(const RunRequest& request, const std::string& file) {
  return shell_line(with_program({request.given.front(), "run", "--replay", file}, request));
}

std::string save_command(const RunRequest& request) {
  std::vector<std::string> words = request.given;
  const auto terminator = std::find(words.begin(), words.end(), "--");  // the last word, if at all
  const std::string file = fs::path(request.program).filename().string() + ".schedule";
  words.insert(terminator, {"--save-schedule", file});
  return shell_line(with_program(std::move(words), request));
}

const Violation* first_with_schedule(const Result& result) {
  const auto found = std::find_if(result.violations.begin(), result.violations.end(),
                                  [](const Violation& violation) { return !violation.schedule.empty(); });
  return found == result.violations.end() ? nullptr : &*found;
}

void save(const RunRequest& request, const Violation& violation) {
  const Options& options = request.options;
  report::save_schedule(request.save_schedule, {.program = fs::canonical(request.program).string(),
                                                .program_hash = report::hash_of_file(request.program),
                                                .arguments = request.arguments,
                                                .races = options.races,
                                                .report_leaks = options.report_leaks,
                                                .model = options.model,
                                                .max_timeouts = options.max_timeouts,
                                                .max_events = options.max_events,
                                                .expected = options.expected,
                                                .verdict = violation.kind,
                                                .schedule = violation.schedule});
}

void print(std::FILE* to, const std::string& text, const char* what) {
  if (std::fwrite(text.data(), 1, text.size(), to) != text.size() || std::fflush(to) != 0) {
    if (errno == EPIPE) return;  // the reader has seen enough
    throw Refused(fmt::format("cannot write {}: {}", what, std::strerror(errno)));
  }
}

// Files first: a reader that goes away must not cost the user the results.
void publish(const RunRequest& request, const Result& result) {
  const bool json_to_stdout = request.json == "-";
  const Violation* violation = first_with_schedule(result);
  const bool saved = !request.save_schedule.empty() && violation != nullptr;
  if (saved) save(request, *violation);
  if (!request.json.empty() && !json_to_stdout) report::write_file(request.json, report::json_report(result));

  std::FILE* const human = json_to_stdout ? stderr : stdout;
  report::TextOptions text;
  text.color = use_color(::fileno(human));
  text.columns = columns_of(::fileno(human), text.columns);
  text.show_output = request.show_output;
  if (saved) {
    text.replay_command = replay_command(request, request.save_schedule);
  } else if (!request.replay.empty()) {
    text.replay_command = replay_command(request, request.replay);
  } else if (violation != nullptr) {
    text.save_command = save_command(request);
  }
  print(human, report::text_report(result, text), "the report");
  if (!request.save_schedule.empty() && !saved) {
    print(
        human,
        fmt::format("No schedule was written to {}: there is no violation to save.\n", request.save_schedule),
        "the report");
  }
  if (json_to_stdout) print(stdout, report::json_report(result), "the JSON document to stdout");
}

}  // namespace

int run_command(RunRequest request) {
  ::signal(SIGPIPE, SIG_IGN);  // `selvage run ... | head` ends with the verdict's status
  const Layout layout = find_layout();
  if (!request.replay.empty()) take_over_schedule(&request);
  const ElfFacts facts = inspect_elf(request.program);
  if (const std::string why = refusal(facts, request.program, layout.libselvage); !why.empty())
    throw Refused(why);
  check_parts(layout, facts);
  // What could not be written after a long search is refused before it.
  if (!request.json.empty() && request.json != "-") report::check_writable(request.json);
  if (!request.save_schedule.empty()) report::check_writable(request.save_schedule);
  if (request.options.program.empty()) request.options.program = request.program;

  const ChildEnd end = run_child({.program = request.program,
                                  .arguments = request.arguments,
                                  .options = request.options,
                                  .layout = layout,
                                  .stdout_to_stderr = request.json == "-",
                                  .show_progress = ::isatty(STDERR_FILENO) == 1});
  if (end.abandoned) {
    fmt::print(stderr, "selvage: interrupted twice: the search was killed and nothing was saved\n");
    return kUndecided;
  }
  if (end.record.empty()) throw Refused(without_result(end, request.program));
  report::RawResult raw;
  try {
    raw = report::raw_result_from_json(end.record);
  } catch (const std::runtime_error& error) {
    throw Refused(
        fmt::format("internal error: {} left a damaged result ({})", request.program, error.what()));
  }
  if (!raw.refused.empty()) throw Refused(raw.refused);
  Result result = report::resolve(raw, request.options);
  doubt_what_clang_left_out(facts, &result);
  publish(request, result);
  return exit_status(result.verdict);
}

}  // namespace selvage::cli
