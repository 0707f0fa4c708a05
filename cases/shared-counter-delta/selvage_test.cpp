// What a counter ends with that one thread raises by tens and another lowers by ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "fixed.hpp"
#include "racy.hpp"

namespace {

using testing::ElementsAre;

selvage::Result explore_racy(int n) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  return selvage::explore(options, [n] { selvage::outcome(racy::run(n)); });
}

TEST(SharedCounterDelta, WithoutTheLockIsADataRace) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(racy::run(2)); }), selvage::FindsDataRace());
}

TEST(SharedCounterDelta, LosesTheIncrementOrTheDecrement) {
  const auto result = explore_racy(1);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(0, 10, 11)));
}

// n + 10a - b for every number of increments a and of decrements b that can be kept.
TEST(SharedCounterDelta, KeepsAtLeastOneOfEachOrAllOfOne) {
  for (const int n : {1, 2, 3}) {
    std::vector<int> expected = {0, 11 * n};
    for (int increments = 1; increments <= n; ++increments) {
      for (int decrements = 1; decrements <= n; ++decrements)
        expected.push_back(n + 10 * increments - decrements);
    }
    EXPECT_THAT(explore_racy(n), selvage::OutcomesAre(testing::UnorderedElementsAreArray(expected)));
  }
}

// The student is to see that both have read the 1 that the counter began with.
TEST(SharedCounterDelta, TheLostDecrementIsShownStepByStep) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  const auto result =
      selvage::explore(options, [] { selvage::check(racy::run(1) != 11, "the decrement was lost"); });
  EXPECT_THAT(result, selvage::FindsAssertion());
  std::vector<std::string> steps;
  for (const auto& violation : result.violations) {
    if (violation.kind != selvage::Verdict::assertion) continue;
    for (const auto& event : violation.trace) {
      const bool access = event.text.starts_with("read ") || event.text.starts_with("write ");
      if (event.thread != 0 && access) steps.push_back(std::to_string(event.thread) + ' ' + event.text);
    }
  }
  EXPECT_THAT(steps, testing::Contains(testing::ContainsRegex("^1 read .* = 1 ")));
  EXPECT_THAT(steps, testing::Contains(testing::ContainsRegex("^2 read .* = 1 ")));
  EXPECT_THAT(steps, testing::Contains(testing::ContainsRegex("^2 write .* = 0$")));
  EXPECT_THAT(steps, testing::Contains(testing::ContainsRegex("^1 write .* = 11$")));
}

TEST(SharedCounterDelta, UnderTheLockIsTheSumOfTheDeltas) {
  for (const int n : {1, 2, 3}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(fixed::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(10 * n)));
  }
}

}  // namespace
