// What two workers do to a shared counter, and one of them to the lock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <random>
#include <string>
#include <vector>

#include "explore.hpp"
#include "guarded.hpp"
#include "guarded_throwing.hpp"
#include "invariant.hpp"
#include "racy.hpp"
#include "unreleased.hpp"

namespace {

using testing::ElementsAre;

TEST(CriticalSectionWorkers, PausesDoNotPreventTheRaceNorTheLoss) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  const auto result = selvage::explore(options, [] { selvage::outcome(racy::run(2)); });
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(2, 3, 4)));
}

TEST(CriticalSectionWorkers, ALockThatIsNotGivenBackIsADeadlock) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(unreleased::run(2)); }), selvage::FindsDeadlock());
}

TEST(CriticalSectionWorkers, TheLockThatIsNotGivenBackGoesUnnoticedWhereNobodyWantsItAgain) {
  selvage::Options options;
  options.keep_going = true;
  const auto result = selvage::explore(options, [] { selvage::outcome(unreleased::run(2)); });
  EXPECT_THAT(result, selvage::FindsDeadlock());
  EXPECT_THAT(result, selvage::OutcomeIs(3));
}

// What the student is to see: one thread has locked and ended, and nothing was unlocked.
TEST(CriticalSectionWorkers, TheDeadlockIsShownStepByStep) {
  const auto result = selvage::explore([] { selvage::outcome(unreleased::run(1)); });
  ASSERT_EQ(result.violations.size(), 1U) << result;
  const auto& deadlock = result.violations.front();
  EXPECT_THAT(deadlock.message, testing::EndsWith("T1 waits for unreleased::counter_mutex held by T2"));
  EXPECT_THAT(deadlock.threads, ElementsAre(0, 1));
  std::vector<std::string> steps;
  for (const auto& event : deadlock.trace) {
    if (event.text.find("lock") == std::string::npos && event.text != "ends") continue;
    steps.push_back('T' + std::to_string(event.thread) + ' ' + event.text);
  }
  EXPECT_THAT(steps,
              ElementsAre("T2 lock unreleased::counter_mutex", "T2 ends", "T0 joins T1 (blocked for ever)",
                          "T1 lock unreleased::counter_mutex (blocked for ever)"));
}

TEST(CriticalSectionWorkers, TheGuardLosesNoIncrement) {
  for (const int n : {1, 2, 3}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(guarded::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(2 * n)));
  }
}

TEST(CriticalSectionWorkers, TheGuardGivesTheLockBackWhenAnExceptionPasses) {
  for (const int n : {1, 2, 3}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(guarded_throwing::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(2 * n - 1)));
  }
}

// What Z3 proves of a model at every size (guarded.smt2) is looked at in every state of the real code.
selvage::Result explore_with(const proof::Invariant& invariant, int n, int& counter, void (*increment)()) {
  return selvage::explore(proof::every_execution(), [&invariant, n, &counter, increment] {
    counter = 0;
    const auto pause_and_increment = [increment](int number) {
      return [increment, random = std::minstd_rand(number)]() mutable {
        guarded::pause(random);
        increment();
      };
    };
    proof::in_two_threads(
        invariant,
        [&counter, n] {
          return proof::Invariant::Values{{"n", n}, {"c", counter}};
        },
        {n, n}, pause_and_increment(1), pause_and_increment(2));
  });
}

TEST(CriticalSectionWorkers, TheProofsInvariantHoldsInEveryStateOfTheCode) {
  const proof::Invariant invariant(CASE_DIRECTORY "/guarded.smt2");
  for (const int n : {1, 2}) {
    EXPECT_THAT(explore_with(invariant, n, guarded::counter, guarded::increment), selvage::Proves());
  }
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(CriticalSectionWorkers, TheProofsInvariantDoesNotHoldWithoutTheLock) {
  const proof::Invariant invariant(CASE_DIRECTORY "/guarded.smt2");
  EXPECT_THAT(explore_with(invariant, 1, racy::counter, racy::increment), selvage::FindsAssertion());
}

TEST(CriticalSectionWorkers, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant one_more(CASE_DIRECTORY "/guarded.smt2", "(= c (+ a b ", "(= c (+ a b 1 ");
  EXPECT_THAT(explore_with(one_more, 1, guarded::counter, guarded::increment), selvage::FindsAssertion());
}

}  // namespace
