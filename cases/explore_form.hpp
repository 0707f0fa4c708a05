// What the tests of the cases with processes have in common: to explore a form at one size.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

namespace processes {

/// Explores run(n), also beyond its data races; what it returns is the outcome.
template <typename Run>
selvage::Result explore(Run run, int n, selvage::Options options = {}) {
  options.races = selvage::Races::explore;
  return selvage::explore(options, [run, n] { selvage::outcome(run(n)); });
}

}  // namespace processes
