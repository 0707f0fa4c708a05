#include "run.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

#include "checkpoint_head.hpp"
#include "exit_status.hpp"
#include "explore_program.hpp"
#include "files.hpp"
#include "json.hpp"
#include "print.hpp"
#include "schedule_file.hpp"
#include "shell.hpp"
#include "text.hpp"

namespace selvage::cli {
namespace {

namespace fs = std::filesystem;

/// Up to so many characters a schedule may be in a command that is shown.
constexpr std::size_t kShortSchedule = 200;

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
  options.weaken = file.weaken;
  options.drop_lock = file.drop_lock;
}

// The file gives the program, what it sees of how it was started, and everything that decides what is searched.
void take_over_checkpoint(RunRequest* request) {
  Options given = request->options;
  const report::CheckpointHead head = report::load_checkpoint_head(given.resume);
  const std::string& program = head.command.front();
  const std::vector<std::string> arguments(head.command.begin() + 1, head.command.end());
  if (!request->program.empty()) {
    std::error_code none;
    if (fs::canonical(request->program, none).string() != program || request->arguments != arguments)
      throw Refused(
          fmt::format("{} was saved from another command: {}", given.resume, shell_line(head.command)));
  }
  request->program = program;
  request->arguments = arguments;
  request->environment = head.environment;
  request->options = head.options;
  request->options.seconds = given.seconds;
  request->options.memory = given.memory;
  request->options.workers = given.workers;
  request->options.watchdog_seconds = given.watchdog_seconds;
  request->options.checkpoint = given.checkpoint;
  request->options.checkpoint_seconds = given.checkpoint_seconds;
  request->options.resume = given.resume;
}

bool use_color(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return ::isatty(fd) == 1 && (no_color == nullptr || *no_color == '\0') &&
         (terminal == nullptr || std::strcmp(terminal, "dumb") != 0);
}

std::vector<std::string> with_program(std::vector<std::string> words, const RunRequest& request) {
  words.push_back(request.program);
  words.insert(words.end(), request.arguments.begin(), request.arguments.end());
  return words;
}

std::string replay_command(const RunRequest& request, const std::string& file) {
  return shell_line(with_program({request.given.front(), "run", "--replay", file}, request));
}

// What the schedule itself does not say comes before it.
std::string schedule_command(const RunRequest& request, const std::string& schedule) {
  std::vector<std::string> words = {request.given.front(), "run"};
  const Options usual;
  for (const std::string& outcome : request.options.expected)
    words.insert(words.end(), {"--expect", outcome});
  if (request.options.max_events != usual.max_events)
    words.insert(words.end(), {"--max-events", std::to_string(request.options.max_events)});
  words.insert(words.end(), {"--schedule", schedule});
  return shell_line(with_program(std::move(words), request));
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

void save(const RunRequest& request, const Result& result, const Violation& violation) {
  const Options& options = request.options;
  report::save_schedule(request.save_schedule, {.program = fs::canonical(request.program).string(),
                                                .program_hash = report::hash_of_file(request.program),
                                                .arguments = request.arguments,
                                                .races = options.races,
                                                .report_leaks = options.report_leaks,
                                                .model = result.model,
                                                .max_timeouts = options.max_timeouts,
                                                .max_events = options.max_events,
                                                .expected = options.expected,
                                                .weaken = options.weaken,
                                                .drop_lock = options.drop_lock,
                                                .verdict = violation.kind,
                                                .schedule = violation.schedule});
}

// Files first: a reader that goes away must not cost the user the results.
void publish(const RunRequest& request, const Result& result) {
  const bool json_to_stdout = request.json == "-";
  const Violation* violation = first_with_schedule(result);
  const bool saved = !request.save_schedule.empty() && violation != nullptr;
  if (saved) save(request, result, *violation);
  if (!request.json.empty() && !json_to_stdout) report::write_file(request.json, report::json_report(result));

  std::FILE* const human = json_to_stdout ? stderr : stdout;
  report::TextOptions text;
  text.color = use_color(::fileno(human));
  if (const std::size_t columns = columns_of(::fileno(human)); columns > 0)
    text.columns = std::clamp<std::size_t>(columns, 72, text.columns);
  text.show_output = request.show_output;
  text.may_expect = request.options.expected.empty();
  if (saved) {
    text.replay_command = replay_command(request, request.save_schedule);
  } else if (!request.replay.empty()) {
    text.replay_command = replay_command(request, request.replay);
  } else if (violation != nullptr && violation->schedule.size() <= kShortSchedule) {
    text.replay_command = schedule_command(request, violation->schedule);
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
  if (!request.replay.empty()) take_over_schedule(&request);
  if (!request.options.resume.empty()) take_over_checkpoint(&request);
  Target target = target_of(request.program);
  // What could not be written after a long search is refused before it.
  if (!request.json.empty() && request.json != "-") report::check_writable(request.json);
  if (!request.save_schedule.empty()) report::check_writable(request.save_schedule);
  if (request.options.program.empty()) request.options.program = request.program;
  if (!request.options.checkpoint.empty()) {
    report::check_writable(request.options.checkpoint);
    // The same from wherever it goes on, and with whatever budget.
    target.program = fs::canonical(request.program).string();
    Options& options = request.options;
    if (options.resume.empty() && options.memory != 0)
      options.visited = std::min(options.visited, options.memory / 2);
  }

  const std::optional<Result> result =
      explore_program(target, request.arguments, request.options, request.json == "-", request.environment);
  if (!result) return kUndecided;
  publish(request, *result);
  return exit_status(result->verdict);
}

}  // namespace selvage::cli
