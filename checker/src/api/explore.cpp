// selvage::explore: forks a child that explores, and resolves what it found.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "abi/callback.hpp"
#include "abi/terminate.hpp"
#include "machine/exploration.hpp"
#include "machine/machine.hpp"
#include "machine/units.hpp"
#include "report/change.hpp"
#include "report/promised.hpp"
#include "report/record.hpp"
#include "report/resolve.hpp"
#include "report/symbols.hpp"
#include "search/schedule.hpp"
#include "selvage/selvage.hpp"

namespace selvage {

namespace {

using BodyWrapper = void (*)(const std::function<void()>&);
BodyWrapper g_wrapper = nullptr;

void validate(const Options& options) {
  if (options.model != "auto" && options.model != "sc" && options.model != "rc11") {
    throw std::invalid_argument("memory model '" + options.model +
                                "' does not exist: there are 'auto', 'sc' and 'rc11'");
  }
  const bool graphs = options.search == Search::exhaustive || options.search == Search::graphs;
  if (options.model == "rc11" && !graphs && options.search != Search::replay) {
    throw std::invalid_argument("memory model 'rc11' takes the search for execution graphs (Search::graphs)");
  }
  if (options.symmetry && !(options.search == Search::graphs || (graphs && options.model == "rc11"))) {
    throw std::invalid_argument("Options::symmetry takes the search for execution graphs (Search::graphs)");
  }
  const bool in_turn = options.search == Search::exhaustive || options.search == Search::enumerate;
  if (options.preemptions >= 0 && (!in_turn || options.model == "rc11")) {
    throw std::invalid_argument(
        "Options::preemptions takes Search::exhaustive or Search::enumerate, without model 'rc11'");
  }
  for (const std::string& text : options.weaken) static_cast<void>(report::weakening_from_text(text));
  for (const std::string& text : options.drop_lock) static_cast<void>(report::line_from_text(text));
  if (options.search == Search::replay)
    static_cast<void>(search::schedule_from_text(options.replay_schedule));
  if (options.search == Search::directed) {
    throw std::invalid_argument("a directed schedule is run by run_directed, not by explore");
  }
}

void write_all(int fd, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t n = write(fd, text.data() + at, text.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    at += static_cast<std::size_t>(n);
  }
}

std::string read_all(int fd) {
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
  }
}

[[noreturn]] void explore_in_child(const Options& options, const Directed* directed,
                                   const std::function<void()>& body, int out) {
  machine::Job job;
  job.options = options;
  job.directed = directed;
  job.body = [&body] {
    const std::function<void()> in_program = [&body] {
      abi::Callback program;
      body();
    };
    if (g_wrapper != nullptr) {
      g_wrapper(in_program);
    } else {
      in_program();
    }
  };
  abi::catch_terminate();
  const report::RawResult raw = machine::explore_here(job);
  write_all(out, report::to_json_text(raw));
  _exit(0);
}

/// The symbols of this process, read once: a test program explores many times, and always itself.
report::Symbols& symbols_of(const std::vector<report::Module>& modules) {
  static std::vector<report::Module> known;
  static std::unique_ptr<report::Symbols> symbols;
  const bool same =
      symbols != nullptr && std::equal(known.begin(), known.end(), modules.begin(), modules.end(),
                                       [](const report::Module& a, const report::Module& b) {
                                         return a.path == b.path && a.base == b.base;
                                       });
  if (!same) {
    known = modules;
    symbols = std::make_unique<report::Symbols>(known);
  }
  return *symbols;
}

report::RawResult explore_in_another_process(const Options& options, const Directed* directed,
                                             const std::function<void()>& body) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  if (child == 0) {
    close(ends[0]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // an exploration nobody waits for is to end
    explore_in_child(options, directed, body, ends[1]);
  }
  close(ends[1]);
  const std::string text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (text.empty()) {
    throw std::runtime_error(
        WIFSIGNALED(status) ? "the exploring process was ended by signal " + std::to_string(WTERMSIG(status))
                            : "the exploring process ended with status " +
                                  std::to_string(WEXITSTATUS(status)) + " and without a result");
  }
  return report::raw_result_from_json(text);
}

Result run(const Options& asked, const Directed* directed, const std::function<void()>& body) {
  if (machine::g.exploring) throw std::runtime_error("an exploration cannot be started inside another");
  if (machine::units().instrumented == 0) {
    throw std::runtime_error(
        "none of this program was compiled with -fsanitize=thread, so nothing of it would be seen: "
        "build it with selvage_add_test or selvage c++");
  }
  Options options = asked;
  if (directed != nullptr) options.search = Search::directed;
  if (options.program.empty()) {
    char path[4096];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    if (n > 0) options.program.assign(path, static_cast<std::size_t>(n));
  }
  const auto explored = report::explore_what_is_promised(
      options, [&](const Options& o) { return explore_in_another_process(o, directed, body); });
  if (!explored->raw.refused.empty()) throw std::invalid_argument(explored->raw.refused);
  Result result = report::resolve(explored->raw, explored->options, symbols_of(explored->raw.modules));
  result.only_sc = explored->only_sc;
  return result;
}

}  // namespace

Result explore(const Options& options, const std::function<void()>& body) {
  validate(options);
  return run(options, nullptr, body);
}
Result explore(const std::function<void()>& body) { return explore(Options{}, body); }

Result run_directed(const Directed& schedule, const std::function<void()>& body, Options options) {
  return run(options, &schedule, body);
}

namespace detail {

__attribute__((visibility("default"))) void set_body_wrapper(BodyWrapper wrapper) { g_wrapper = wrapper; }

__attribute__((visibility("default"))) void fail_expectation(const char* file, int line,
                                                             const char* message) {
  if (!machine::g.exploring) return;
  machine::g.in_program = false;
  machine::violation(Verdict::assertion, std::string("expectation failed at ") + file + ":" +
                                             std::to_string(line) + ": " + message);
}

}  // namespace detail

}  // namespace selvage
