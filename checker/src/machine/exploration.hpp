// The exploration loop: executions, one after the other, until the strategy has no more.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "report/control.hpp"
#include "report/record.hpp"
#include "selvage/selvage.hpp"

namespace selvage::machine {

/// What one execution runs as its thread 0. Returns when the program has ended.
using ThreadZero = std::function<void()>;

struct Job {
  Options options;
  const Directed* directed = nullptr;
  ThreadZero body;
  bool run_mode = false;                    ///< a whole program: outcome is exit status and stdout
  report::ControlBlock* control = nullptr;  ///< may be null
  // Of a whole program, for checkpoints: the program's path and its arguments, and the environment that it sees.
  std::vector<std::string> command, environment;
};

/// Explores in this process, which is not good for anything else afterwards.
report::RawResult explore_here(const Job& job);

/// The end of the program under test, called on one of its threads: the other threads end with it.
[[noreturn]] void end_program(int status);

/// The leak of the current execution, as one sentence; empty where there is none.
std::string find_leak(std::uint64_t* block);

}  // namespace selvage::machine
