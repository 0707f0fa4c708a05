// What becomes of a bounded queue that several threads use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "blocked.hpp"
#include "check_then_act.hpp"
#include "condition_variables.hpp"
#include "semaphores.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(BoundedQueue, LookingAndThenActingOverflowsOrFindsNothing) {
  const auto result = selvage::explore([] { selvage::outcome(check_then_act::run(1)); });
  EXPECT_THAT(result, selvage::Proves(ElementsAre("empty-get", "overflow", "right")));
}

TEST(BoundedQueue, AnOverflowIsAnAssertionWhereOnlyRightIsExpected) {
  selvage::Options options;
  options.expected = {"right"};
  EXPECT_THAT(selvage::explore(options, [] { selvage::outcome(check_then_act::run(3)); }),
              selvage::FindsAssertion());
}

TEST(BoundedQueue, TwoConsumersThatSeeTheLastItemBlockOneForEver) {
  const auto result = selvage::explore([] { selvage::outcome(blocked::run(1)); });
  EXPECT_THAT(result, selvage::FindsDeadlock());
  EXPECT_THAT(result.message, HasSubstr("waits to be notified"));
}

// What the student is to see: both look, both get, and the second finds nothing.
TEST(BoundedQueue, TheConsumerThatComesTooLateIsShownStepByStep) {
  const auto result = selvage::explore([] { selvage::outcome(blocked::run(1)); });
  ASSERT_EQ(result.violations.size(), 1U);
  int locks = 0;
  int waits = 0;
  for (const auto& event : result.violations.front().trace) {
    const bool for_ever = event.text.find("blocked for ever") != std::string::npos;
    if (event.text.starts_with("lock") && !for_ever) ++locks;
    if (event.text.starts_with("wait")) ++waits;
  }
  EXPECT_GE(locks, 4);
  EXPECT_GE(waits, 1);
}

TEST(BoundedQueue, ConditionVariablesPassEverythingInOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(condition_variables::run(1)); }),
              selvage::Proves(selvage::OutcomeIs("1-2")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(condition_variables::run(2)); }),
              selvage::Proves(selvage::OutcomeIs("1-2-3")));
}

TEST(BoundedQueue, SemaphoresPassEverythingInOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(semaphores::run(1)); }),
              selvage::Proves(selvage::OutcomeIs("1-2")));
}

}  // namespace
