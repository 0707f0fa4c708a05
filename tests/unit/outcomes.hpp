// What an exploration found, to compare with what another did.
#pragma once

#include <cstdint>
#include <map>
#include <selvage/selvage.hpp>
#include <string>
#include <vector>

inline std::vector<std::string> outcomes(const selvage::Result& result) {
  std::vector<std::string> values;
  for (const auto& outcome : result.outcomes) values.push_back(outcome.value);
  return values;
}

inline std::map<std::string, std::uint64_t> executions_by_outcome(const selvage::Result& result) {
  std::map<std::string, std::uint64_t> all;
  for (const auto& outcome : result.outcomes) all[outcome.value] += outcome.executions;
  return all;
}
