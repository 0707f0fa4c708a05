// Programs in the notation of docs/litmus-tests.md.
#pragma once

#include <string>

#include "simulation.hpp"

namespace oracles {

/// `initial`: "x=y=0". `threads`: statements separated by ';', threads by '‖' or '||'. Throws std::invalid_argument.
Program parse_litmus(const std::string& initial, const std::string& threads);

}  // namespace oracles
