// What two tasks make of a string that they append different letters to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "get_set.hpp"
#include "whole.hpp"

namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST(ManagedString, GettingAndSettingIsFreeOfDataRacesAndLosesLetters) {
  const auto one_each = selvage::explore([] { selvage::outcome(get_set::run(1)); });
  EXPECT_THAT(one_each, selvage::Proves(UnorderedElementsAre("o", "x", "ox", "xo")));
  EXPECT_EQ(one_each.executions, 6U);
  EXPECT_THAT(selvage::explore([] { selvage::outcome(get_set::run(2)); }),
              selvage::Proves(UnorderedElementsAre("oo", "xx", "ox", "xo", "oox", "oxo", "xoo", "oxx", "xox",
                                                   "xxo", "ooxx", "oxox", "oxxo", "xoox", "xoxo", "xxoo")));
}

TEST(ManagedString, ALostLetterFailsTheAssertion) {
  EXPECT_THAT(selvage::explore([] { EXPECT_EQ(get_set::run(2).size(), 4U); }), selvage::FindsAssertion());
}

// What the student is to see: the second task gets and sets between the first one's get and set.
TEST(ManagedString, TheLostLetterIsShownStepByStep) {
  const auto result =
      selvage::explore([] { selvage::check(get_set::run(1).size() == 2, "a letter was lost"); });
  ASSERT_EQ(result.violations.size(), 1U) << result;
  EXPECT_EQ(result.violations.front().kind, selvage::Verdict::assertion);
  std::vector<std::string> steps;
  for (const auto& event : result.violations.front().trace) {
    if (event.thread == 0 || !event.text.starts_with("lock ")) continue;
    ASSERT_FALSE(event.stack.empty());
    const std::string& function = event.stack.front().function;
    steps.push_back('T' + std::to_string(event.thread) +
                    (function.find("Value::get") != std::string::npos ? " get" : " set"));
  }
  EXPECT_THAT(steps, ElementsAre("T1 get", "T2 get", "T2 set", "T1 set"));
}

TEST(ManagedString, AppendingInOneCallKeepsEveryLetterInAnyOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(whole::run(1)); }),
              selvage::Proves(UnorderedElementsAre("ox", "xo")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(whole::run(2)); }),
              selvage::Proves(UnorderedElementsAre("ooxx", "oxox", "oxxo", "xoox", "xoxo", "xxoo")));
}

}  // namespace
