// What the Relacy versions of the cases have in common: running one form and printing what Relacy said.
//
//   PROGRAM FORM full|random N
//
// prints one JSON object: verdict, whether the search came to its end, executions, outcomes, seconds.
//
// Relacy (Debian's relacy-dev) explores models written in its own types. Its silence proves little: the full
// search visits some interleavings several times and others not at all, the random one stops finding new
// ones after a few thousand. What it does find, Selvage must find too.
#pragma once

#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

// Last: it makes macros of new, delete and more, which the standard library's headers do not survive.
#include <relacy/relacy.hpp>

namespace model {

/// The N of the case.
inline int size = 0;

/// Which values executions have ended with. Relacy has its own operator new while it explores, so a
/// container that grows would be freed by another allocator than the one it came from.
inline std::array<bool, 1001> reached{};

/// To be called from after(): `value` is this execution's outcome.
inline void outcome(int value) {
  RL_ASSERT(value >= 0 && static_cast<std::size_t>(value) < reached.size());
  reached[static_cast<std::size_t>(value)] = true;
}

/// Explores Suite and prints the result.
template <typename Suite>
void explore(bool full) {
  std::ostream quiet(nullptr);
  rl::test_params params;
  params.output_stream = &quiet;
  params.progress_stream = &quiet;
  params.search_type = full ? rl::sched_full : rl::sched_random;
  params.iteration_count = full ? 20'000'000 : 10'000;
  params.execution_depth_limit = 1'000'000;  // by default longer executions are called a livelock

  const auto start = std::chrono::steady_clock::now();
  rl::simulate<Suite>(params);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;

  const bool found = params.test_result != rl::test_result_success;
  const bool complete = full && !found && params.stop_iteration < params.iteration_count;
  std::cout << "{\"verdict\": \"" << (found ? rl::test_result_str(params.test_result) : "SUCCESS")
            << "\", \"complete\": " << std::boolalpha << complete
            << ", \"executions\": " << params.stop_iteration << ", \"outcomes\": [";
  const char* separator = "";
  for (std::size_t value = 0; value < reached.size(); ++value) {
    if (!reached[value]) continue;
    std::cout << separator << value;
    separator = ", ";
  }
  std::cout << "], \"seconds\": " << seconds.count() << "}\n";
}

/// A form's name on the command line, and how to explore it.
using Form = std::pair<std::string, void (*)(bool full)>;

inline int main(int argc, char** argv, const std::vector<Form>& forms) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && (arguments[1] == "full" || arguments[1] == "random")) {
    size = std::atoi(arguments[2].c_str());
    for (const auto& [name, explore_form] : forms) {
      if (name != arguments[0] || size < 1) continue;
      explore_form(arguments[1] == "full");
      return EXIT_SUCCESS;
    }
  }
  std::cerr << "usage: " << argv[0] << " FORM full|random N, where FORM is one of:";
  for (const auto& form : forms) std::cerr << ' ' << form.first;
  std::cerr << '\n';
  return EXIT_FAILURE;
}

}  // namespace model
