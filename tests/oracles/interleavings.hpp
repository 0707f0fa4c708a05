// The naive oracle: every interleaving of a small program under sequential consistency, one after the other.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "simulation.hpp"

namespace oracles {

struct Interleavings {
  std::set<std::string> graphs;    ///< of complete executions, in words: rf, mo and the order of locks
  std::set<std::string> stuck;     ///< of those that end with threads that wait
  std::set<std::string> outcomes;  ///< as Counts::outcomes has them
};

/// `branching_unlocks` as in Program: then try-locks and unlocks have an order, too.
Interleavings interleave(const Program& program);

}  // namespace oracles
