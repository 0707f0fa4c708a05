#include "explore_program.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "doubt.hpp"
#include "exit_status.hpp"
#include "print.hpp"
#include "promised.hpp"
#include "record.hpp"
#include "resolve.hpp"
#include "supervise.hpp"

namespace selvage::cli {
namespace {

namespace fs = std::filesystem;

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

// Before C++20, std::string's functions are in the library unless told otherwise (selvage/instrumented_strings.hpp).
void doubt_strings_of_library(const ElfFacts& facts, Result* result) {
  if (!facts.library_strings || facts.strings_instrumented || !result->complete) return;
  report::doubt("std::string's functions are called in the C++ library, which is not instrumented",
                "build with selvage c++, or compile with -std=c++20", result);
}

// What its functions do is told by doors in front of the shared library (abi/stream_functions.cpp).
void doubt_library_inside(const ElfFacts& facts, Result* result) {
  if (!facts.contains_library || !result->complete) return;
  report::doubt(
      "the C++ library was linked into the program, where what its streams and containers do is not seen",
      "link without -static-libstdc++", result);
}

}  // namespace

Target target_of(const std::string& program) {
  Target target{program, find_layout(), inspect_elf(program)};
  if (const std::string why = refusal(target.facts, program, target.layout.libselvage); !why.empty())
    throw Refused(why);
  check_parts(target.layout, target.facts);
  return target;
}

namespace {

std::optional<report::RawResult> explore_in_child(
    const Target& target, const std::vector<std::string>& arguments, const Options& options,
    bool quiet_stdout, const std::optional<std::vector<std::string>>& environment) {
  const ChildEnd end = run_child({.program = target.program,
                                  .arguments = arguments,
                                  .options = options,
                                  .layout = target.layout,
                                  .stdout_to_stderr = quiet_stdout,
                                  .show_progress = ::isatty(STDERR_FILENO) == 1,
                                  .environment = environment,
                                  .fixed_start = !options.checkpoint.empty() || !options.resume.empty()});
  if (end.abandoned) {
    say("selvage: interrupted twice: the search was killed and nothing was saved\n");
    return std::nullopt;
  }
  if (end.record.empty()) throw Refused(without_result(end, target.program));
  try {
    return report::raw_result_from_json(end.record);
  } catch (const std::runtime_error& error) {
    throw Refused(fmt::format("internal error: {} left a damaged result ({})", target.program, error.what()));
  }
}

}  // namespace

std::optional<Result> explore_program(const Target& target, const std::vector<std::string>& arguments,
                                      const Options& options, bool quiet_stdout,
                                      const std::optional<std::vector<std::string>>& environment) {
  const auto explored = report::explore_what_is_promised(options, [&](const Options& o) {
    return explore_in_child(target, arguments, o, quiet_stdout, environment);
  });
  if (!explored) return std::nullopt;
  if (!explored->raw.refused.empty()) throw Refused(explored->raw.refused);
  Result result = report::resolve(explored->raw, explored->options);
  result.only_sc = explored->only_sc;
  doubt_strings_of_library(target.facts, &result);
  doubt_library_inside(target.facts, &result);
  return result;
}

}  // namespace selvage::cli
