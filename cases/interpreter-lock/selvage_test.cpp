// What two threads count to whose every instruction is under one lock, but not every increment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "stepwise.hpp"
#include "whole.hpp"

namespace {

using testing::ElementsAre;

// Proved, although the result may be wrong: nothing here is wrong by itself, so there is nothing to report
// unless somebody says which result is right.
TEST(InterpreterLock, TheStepsAreFreeOfDataRacesAndLoseUpdates) {
  const auto once = selvage::explore([] { selvage::outcome(stepwise::run(1)); });
  EXPECT_THAT(once, selvage::Proves(ElementsAre(1, 2)));
  EXPECT_EQ(once.executions, 20U);
  EXPECT_THAT(selvage::explore([] { selvage::outcome(stepwise::run(2)); }),
              selvage::Proves(ElementsAre(2, 3, 4)));
}

TEST(InterpreterLock, ALostUpdateFailsTheAssertion) {
  EXPECT_THAT(selvage::explore([] { EXPECT_EQ(stepwise::run(2), 4); }), selvage::FindsAssertion());
}

// What the student is to see: the second thread does its whole increment between the first one's load and
// store.
TEST(InterpreterLock, TheLostUpdateIsShownStepByStep) {
  const auto result = selvage::explore([] { selvage::check(stepwise::run(1) == 2, "an update was lost"); });
  ASSERT_EQ(result.violations.size(), 1U) << result;
  const auto& lost = result.violations.front();
  EXPECT_EQ(lost.kind, selvage::Verdict::assertion);
  std::vector<std::string> steps;
  for (const auto& event : lost.trace) {
    if (event.thread == 0 || event.text.find("stepwise::count") == std::string::npos) continue;
    steps.push_back('T' + std::to_string(event.thread) + ' ' + event.text);
  }
  using testing::StartsWith;
  EXPECT_THAT(
      steps,
      ElementsAre(StartsWith("T1 read stepwise::count = 0"), StartsWith("T2 read stepwise::count = 0"),
                  StartsWith("T2 write stepwise::count = 1"), StartsWith("T1 write stepwise::count = 1")));
}

TEST(InterpreterLock, TheLockOverTheWholeUpdateKeepsEveryIncrement) {
  for (const int n : {1, 2, 3}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(whole::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(2 * n)));
  }
}

}  // namespace
