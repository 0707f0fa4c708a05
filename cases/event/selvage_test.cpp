// What threads that wait for an event can be told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "fixed.hpp"
#include "lost_wakeup.hpp"
#include "racy.hpp"
#include "timed.hpp"

namespace {

using testing::ElementsAre;
using testing::StartsWith;

TEST(Event, PollingAPlainFlagIsADataRace) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(racy::run(5)); }), selvage::FindsDataRace());
}

TEST(Event, ThePolledFlagIsSeenInTimeOrNot) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  EXPECT_THAT(selvage::explore(options, [] { selvage::outcome(racy::run(5)); }),
              selvage::OutcomesAre(ElementsAre("set", "timed-out")));
}

TEST(Event, AWakeUpBetweenLookingAndSleepingIsLost) {
  const auto result = selvage::explore([] { selvage::outcome(lost_wakeup::run(1)); });
  EXPECT_THAT(result, selvage::FindsDeadlock());
  EXPECT_EQ(result.message,
            "deadlock: T0 waits for T1 to end; T1 waits to be notified (lost_wakeup::changed)");
}

// What the student is to see: the thread looks, then the event is set, then the thread goes to sleep.
TEST(Event, TheLostWakeUpIsShownStepByStep) {
  const auto result = selvage::explore([] { selvage::outcome(lost_wakeup::run(1)); });
  ASSERT_EQ(result.violations.size(), 1U);
  std::vector<std::string> steps;
  for (const auto& event : result.violations.front().trace) {
    if (event.text.find("lock") == std::string::npos &&
        event.text.find("lost_wakeup::") != std::string::npos) {
      steps.push_back("T" + std::to_string(event.thread) + " " + event.text);
    }
  }
  ASSERT_GE(steps.size(), 4U);
  steps.erase(steps.begin(), steps.end() - 4);
  EXPECT_THAT(steps, ElementsAre(StartsWith("T1 read lost_wakeup::happened = 0"),
                                 StartsWith("T0 write lost_wakeup::happened = 1"),
                                 StartsWith("T0 notify_all lost_wakeup::changed"),
                                 StartsWith("T1 wait lost_wakeup::changed")));
}

TEST(Event, ThePredicateUnderTheLockMissesNothing) {
  for (const int n : {1, 2}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(fixed::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(n)));
  }
}

// Time-out, notification and waking for no reason: all of them, and only the wait before the event may give
// up.
TEST(Event, OnlyAWaitBeforeTheEventCanTimeOut) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(timed::run(1)); }), selvage::Proves(ElementsAre(1, 2)));
}

}  // namespace
