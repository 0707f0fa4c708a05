// What the consumer of a queue gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "fixed.hpp"
#include "if_wait.hpp"
#include "racy.hpp"

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(SynchronizedQueue, AnOrdinaryQueueIsADataRace) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  EXPECT_THAT(selvage::explore(options, [] { selvage::outcome(racy::run(3)); }),
              AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(0, 1, 3, 6))));
}

TEST(SynchronizedQueue, WokenForNothingIfTakesFromAnEmptyQueue) {
  const auto result = selvage::explore([] { selvage::outcome(if_wait::run(1)); });
  EXPECT_THAT(result, selvage::Finds(selvage::Verdict::exception));
  EXPECT_THAT(result.message, HasSubstr("std::out_of_range"));
}

// What the student is to see: nobody has notified, and the thread goes on all the same.
TEST(SynchronizedQueue, TheWakingForNothingIsShownStepByStep) {
  const auto result = selvage::explore([] { selvage::outcome(if_wait::run(1)); });
  ASSERT_EQ(result.violations.size(), 1U);
  std::vector<std::string> steps;
  for (const auto& event : result.violations.front().trace) {
    if (event.thread == 1) steps.push_back(event.text.substr(0, event.text.find(' ')));
    if (event.text.starts_with("wait")) {
      EXPECT_THAT(event.text, HasSubstr("will wake spuriously"));
    }
    EXPECT_THAT(event.text, testing::Not(HasSubstr("notify_one")));
  }
  std::erase(steps, "read");
  ASSERT_GE(steps.size(), 3U);
  steps.resize(3);
  EXPECT_THAT(steps, ElementsAre("lock", "wait", "lock"));
}

TEST(SynchronizedQueue, WithWhileNothingIsLostOrDoubledOrOutOfOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(1)); }),
              selvage::Proves(selvage::OutcomeIs("1")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(2)); }),
              selvage::Proves(selvage::OutcomeIs("1-2")));
}

}  // namespace
