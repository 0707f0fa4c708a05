// What two threads count to whose every instruction is under one lock, but not every increment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "explore.hpp"
#include "invariant.hpp"
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

// What Z3 proves of a model at every size (whole.smt2) is looked at in every state of the real code.
selvage::Result explore_with(const proof::Invariant& invariant, int n, int& count, void (*increment)()) {
  return selvage::explore(proof::every_execution(), [&invariant, n, &count, increment] {
    count = 0;
    proof::in_two_threads(
        invariant,
        [&count, n] {
          return proof::Invariant::Values{{"n", n}, {"c", count}};
        },
        {n, n}, increment, increment);
  });
}

TEST(InterpreterLock, TheProofsInvariantHoldsInEveryStateOfTheCode) {
  const proof::Invariant invariant(CASE_DIRECTORY "/whole.smt2");
  for (const int n : {1, 2}) {
    EXPECT_THAT(explore_with(invariant, n, whole::count, whole::increment), selvage::Proves());
  }
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(InterpreterLock, TheProofsInvariantDoesNotHoldWhereEachStepLocksForItself) {
  const proof::Invariant invariant(CASE_DIRECTORY "/whole.smt2");
  EXPECT_THAT(explore_with(invariant, 1, stepwise::count, stepwise::increment), selvage::FindsAssertion());
}

TEST(InterpreterLock, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant one_more(CASE_DIRECTORY "/whole.smt2", "(= c (+ a b ", "(= c (+ a b 1 ");
  EXPECT_THAT(explore_with(one_more, 1, whole::count, whole::increment), selvage::FindsAssertion());
}

}  // namespace
