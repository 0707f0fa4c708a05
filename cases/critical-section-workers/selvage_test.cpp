// What two workers do to a shared counter, and one of them to the lock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "guarded_throwing.hpp"
#include "guarded.hpp"
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

}  // namespace
