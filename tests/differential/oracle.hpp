// What a program can do under sequential consistency, worked out from its text alone: an explicit-state
// search over all interleavings that shares nothing with Selvage.
#pragma once

#include <set>
#include <string>

#include "program.hpp"

namespace differential {

struct Truth {
  std::set<std::string> outcomes;  ///< of the executions that end
  bool race = false;
  bool deadlock = false;  ///< all threads blocked, none of them spinning
  bool livelock = false;  ///< some spin and nobody else can move
  bool lapping = false;   ///< in some deadlock a while-loop could go round through spurious wake-ups
  std::size_t states = 0;
  bool too_big = false;
};

/// `stop_at_race`: an execution ends where it races and has no outcome.
Truth work_out(const Program& program, bool stop_at_race, std::size_t most_states = 400'000);

}  // namespace differential
