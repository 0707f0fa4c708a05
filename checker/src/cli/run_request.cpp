#include "run_request.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <stdexcept>

#include "change.hpp"
#include "exit_status.hpp"
#include "names.hpp"
#include "print.hpp"
#include "validators.hpp"

namespace selvage::cli {
namespace {

// Help as one would write it by hand: CLI11 lists exclusions and ranges, and does not know of the program.
class RunHelp : public CLI::Formatter {
 public:
  RunHelp() { column_width(24); }
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: selvage run [OPTIONS] PROGRAM [ARGS...]\n";
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_items_expected() == 0 ? "" : " " + option->get_type_name();
  }
};

}  // namespace

CLI::App* add_run_command(CLI::App& app, RunWords* words) {
  RunRequest& request = words->request;
  Options& options = request.options;
  CLI::App* run =
      app.add_subcommand("run", "Explore every interleaving of an already built -fsanitize=thread program");
  // The first word that is no option is the program; what follows it, options too, is the program's.
  run->prefix_command();
  run->formatter(std::make_shared<RunHelp>());
  CLI::Option* replay = run->add_option("--replay", request.replay,
                                        "Run the one execution that FILE describes. PROGRAM may be\n"
                                        "left out: FILE knows it");
  replay->type_name("FILE");
  CLI::Option* schedule = run->add_option("--schedule", options.replay_schedule,
                                          "Run the one execution of PROGRAM that the short schedule of a\n"
                                          "report describes: 'v1 ...'");
  schedule->type_name("TEXT");
  schedule->excludes(replay);
  CLI::Option* resume = run->add_option("--resume", options.resume,
                                        "Go on with the stateful search that --checkpoint saved in FILE,\n"
                                        "which knows PROGRAM, its arguments and environment, and the\n"
                                        "options of the search");
  resume->type_name("FILE");
  resume->excludes(replay);
  resume->excludes(schedule);
  // A search that goes on may be given these anew.
  const auto lasting = [&](CLI::Option* option, const char* type) {
    option->type_name(type);
    replay->excludes(option);
    schedule->excludes(option);
    return option;
  };
  // A schedule's text does not say these.
  const auto judging = [&](CLI::Option* option, const char* type) {
    option->type_name(type);
    replay->excludes(option);
    resume->excludes(option);
    return option;
  };
  // A schedule file, or a checkpoint, says all of this itself.
  const auto searching = [&](CLI::Option* option, const char* type) {
    resume->excludes(option);
    return lasting(option, type);
  };
  searching(run->add_option("--search", words->search,
                            "exhaustive (default): one execution of those that differ only in\n"
                            "the order of independent events; graphs: exactly one for each\n"
                            "execution graph; stateful: every state once, for\n"
                            "programs with far fewer states than executions; enumerate: every\n"
                            "interleaving; random: sampling"),
            "KIND")
      ->check(one_of({"exhaustive", "graphs", "stateful", "enumerate", "random"}));
  searching(run->add_option("--executions", options.executions,
                            "End the search after N executions (0: no bound; random: 10000)"),
            "N")
      ->check(above(0, true));
  lasting(run->add_option("--time", options.seconds, "End the search after S seconds (0: no bound)"), "S")
      ->check(above(0, true));
  lasting(run->add_option("--checkpoint", options.checkpoint,
                          "Save a stateful search in FILE, every --checkpoint-every S seconds,\n"
                          "and when it is interrupted or a budget ends it, for --resume"),
          "FILE");
  lasting(run->add_option("--checkpoint-every", options.checkpoint_seconds,
                          "Seconds between checkpoints (default 300)"),
          "S")
      ->check(above(0, true));
  lasting(run->add_option("--memory", options.memory,
                          "End a stateful search when its states take M MiB (0: no bound)"),
          "M")
      ->check(above(0, true));
  searching(run->add_option("--visited", options.visited,
                            "Keep the states that a stateful search has met until they take M\n"
                            "MiB (default 256); after that, if none came up again, two levels"),
            "M")
      ->check(above(0, true));
  lasting(run->add_option("--workers", options.workers,
                          "Processes of a stateful search that does not keep its states\n"
                          "(0: one for each processor)"),
          "K")
      ->check(above(0, true));
  searching(run->add_option("--jobs", options.jobs,
                            "Processes of a search, exhaustive or for graphs (0, the default: one\n"
                            "for each processor); the result is the same for any number"),
            "N")
      ->check(above(0, true));
  searching(run->add_flag("--symmetry", options.symmetry,
                          "graphs: explore once what differs only in which of the threads that\n"
                          "run the same function with the same argument is which\n"
                          "(docs/symmetry.md)"),
            "");
  searching(run->add_option("--preemptions", options.preemptions,
                            "exhaustive (--model sc), enumerate: only executions in which threads\n"
                            "that could go on are stopped at most K times"),
            "K")
      ->check(above(0, true));
  searching(run->add_option("--seed", options.seed, "Seed of --search random (default 1)"), "N")
      ->check(above(0, true));
  searching(run->add_option("--races", words->races,
                            "stop (default): the first data race ends the search; explore: go\n"
                            "on, with its accesses as visible events; ignore: do not look"),
            "HOW")
      ->check(one_of({"stop", "explore", "ignore"}));
  searching(run->add_flag("--keep-going", options.keep_going, "Do not stop at the first violation"), "");
  searching(run->add_option("--model", options.model,
                            "Memory model: rc11, what C++ promises: atomic reads may see older\n"
                            "writes (searches: exhaustive, which then is graphs); sc, sequential\n"
                            "consistency; auto (default): rc11 where a program's memory orders\n"
                            "make a difference and the search can tell it, else sc"),
            "NAME");
  searching(run->add_option("--leaks", words->leaks,
                            "report (default) heap blocks that nothing reaches when the\n"
                            "program ends, or ignore them"),
            "HOW")
      ->check(one_of({"report", "ignore"}));
  judging(run->add_option("--max-events", options.max_events,
                          "Cut executions longer than N events (default 1000000)"),
          "N")
      ->check(above(0, false));
  searching(run->add_option("--max-timeouts", options.max_timeouts,
                            "Time-outs that a thread may take while another could run (default 2)"),
            "K")
      ->check(above(0, true));
  searching(run->add_flag("--crash-children", options.crash_children,
                          "Child processes may be killed before any of their events and\n"
                          "writes to shared memory"),
            "");
  judging(run->add_option("--expect", options.expected,
                          "An outcome that is right, e.g. 'exit 0: 4'; may be repeated. An\n"
                          "execution that ends with any other is then an assertion that failed"),
          "OUTCOME")
      ->allow_extra_args(false);  // the next word is the program, not another outcome
  searching(run->add_option("--weaken", options.weaken,
                            "Explore the program with this memory order in place of that of the\n"
                            "atomic accesses and fences at a line: relaxed, acquire, release,\n"
                            "acq_rel or seq_cst; may be repeated (docs/orders.md)"),
            "FILE:LINE=ORDER")
      ->allow_extra_args(false)
      ->check(text_of([](const std::string& word) { report::weakening_from_text(word); }));
  searching(run->add_option("--drop-lock", options.drop_lock,
                            "Explore the program without the locking of mutexes and read-write\n"
                            "locks at a line, nor the unlocking; may be repeated"),
            "FILE:LINE")
      ->allow_extra_args(false)
      ->check(text_of([](const std::string& word) { report::line_from_text(word); }));
  run->add_option("--watchdog", options.watchdog_seconds,
                  "CPU seconds without an event after which a loop counts as endless\n(default 10)")
      ->check(above(0, false))
      ->type_name("S");
  run->add_option("--json", request.json, "Write the result as JSON (docs/json.md); - for stdout")
      ->type_name("FILE");
  run->add_option("--save-schedule", request.save_schedule,
                  "Write the first violation's schedule, for --replay")
      ->type_name("FILE");
  run->add_option("--output", words->output, "show (default) or hide what the reported execution printed")
      ->check(one_of({"show", "hide"}))
      ->type_name("HOW");
  return run;
}

RunRequest finish_run_request(const CLI::App& run, RunWords words) {
  RunRequest request = std::move(words.request);
  Options& options = request.options;
  std::vector<std::string> rest = run.remaining();
  if (!rest.empty() && rest.front() == "--") {
    rest.erase(rest.begin());
  } else if (!rest.empty() && rest.front().size() > 1 && rest.front().front() == '-') {
    throw Refused(fmt::format("unknown option {} (see selvage run --help)", rest.front()));
  }
  if (rest.empty() && request.replay.empty() && options.resume.empty()) {
    throw Refused("no program given (see selvage run --help)");
  }
  if (!rest.empty()) {
    request.program = rest.front();
    request.arguments.assign(rest.begin() + 1, rest.end());
    for (const std::string& word : request.arguments) {
      const std::string name = word.substr(0, word.find('='));
      if (word.size() > 2 && word.starts_with("--") && run.get_option_no_throw(name) != nullptr) {
        say(fmt::format("selvage: note: {} comes after the program, so it is an argument of the program\n",
                        name));
      }
    }
  }
  if (options.model != "auto" && options.model != "sc" && options.model != "rc11") {
    throw Refused(
        fmt::format("memory model '{}' does not exist; there are 'auto', 'sc' and 'rc11'", options.model));
  }
  const bool replays = run.get_option("--schedule")->count() != 0;
  options.search = replays ? Search::replay : report::search_from_string(words.search);
  if (options.model == "rc11" && options.search == Search::exhaustive) options.search = Search::graphs;
  if (options.model == "rc11" && options.search != Search::graphs) {
    throw Refused(fmt::format("--search {} knows only --model sc; rc11 takes --search graphs", words.search));
  }
  if (options.symmetry && options.search != Search::graphs) {
    throw Refused(fmt::format("--symmetry takes --search graphs, not {}", words.search));
  }
  if (options.preemptions >= 0 && options.search != Search::exhaustive &&
      options.search != Search::enumerate) {
    throw Refused(fmt::format("--preemptions takes --search exhaustive or enumerate with --model sc, not {}",
                              report::to_string(options.search)));
  }
  if (!options.checkpoint.empty() && options.resume.empty()) {
    if (options.search != Search::stateful)
      throw Refused(fmt::format("--checkpoint needs --search stateful, not {}", words.search));
    if (!options.weaken.empty() || !options.drop_lock.empty())
      throw Refused("--checkpoint does not go with --weaken and --drop-lock");
  }
  options.races = report::races_from_string(words.races);
  options.report_leaks = words.leaks == "report";
  request.show_output = words.output == "show";
  return request;
}

}  // namespace selvage::cli
