// What becomes of threads that need two locks at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "opposite.hpp"
#include "ordered.hpp"
#include "philosophers.hpp"
#include "scoped.hpp"

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

TEST(Deadlock, OppositeOrdersNameTheCycle) {
  const auto result = selvage::explore([] { selvage::outcome(opposite::run(1)); });
  EXPECT_THAT(result, selvage::FindsDeadlock());
  EXPECT_EQ(result.message,
            "deadlock: T0 waits for T1 to end; T1 waits for opposite::right.mutex held by T2; "
            "T2 waits for opposite::left.mutex held by T1; cycle T1 -> T2 -> T1");
}

// What the student is to see: each has its first lock, and nobody gets a second.
TEST(Deadlock, EachHoldsWhatTheOtherWantsStepByStep) {
  const auto result = selvage::explore([] { selvage::outcome(opposite::run(1)); });
  ASSERT_EQ(result.violations.size(), 1U);
  std::vector<std::string> steps;
  for (const auto& event : result.violations.front().trace) {
    if (event.text.starts_with("lock"))
      steps.push_back("T" + std::to_string(event.thread) + " " + event.text);
  }
  EXPECT_THAT(steps, ElementsAre("T1 lock opposite::left.mutex", "T2 lock opposite::right.mutex",
                                 "T1 lock opposite::right.mutex (blocked for ever)",
                                 "T2 lock opposite::left.mutex (blocked for ever)"));
}

TEST(Deadlock, WhereTheLocksAreGotBothWaysNoCoinIsLost) {
  selvage::Options options;
  options.keep_going = true;
  EXPECT_THAT(selvage::explore(options, [] { selvage::outcome(opposite::run(2)); }),
              AllOf(selvage::FindsDeadlock(), selvage::OutcomeIs(4)));
}

TEST(Deadlock, ThePhilosophersStarveInACircle) {
  const auto three = selvage::explore([] { selvage::outcome(philosophers::run(3)); });
  EXPECT_THAT(three, selvage::FindsDeadlock());
  EXPECT_THAT(three.message, EndsWith("; cycle T1 -> T2 -> T3 -> T1"));
  const auto five = selvage::explore([] { selvage::outcome(philosophers::run(5)); });
  EXPECT_THAT(five, selvage::FindsDeadlock());
  EXPECT_THAT(five.message, EndsWith("; cycle T1 -> T2 -> T3 -> T4 -> T5 -> T1"));
}

TEST(Deadlock, WithTheForksInOrderEverybodyEats) {
  for (const int n : {2, 3, 4, 5}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(ordered::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(n)));
  }
}

TEST(Deadlock, ScopedLockNeverBlocksButCanStepAsideForEver) {
  selvage::Options options;
  options.keep_going = true;
  const auto result = selvage::explore(options, [] { selvage::outcome(scoped::run(1)); });
  EXPECT_THAT(result, AllOf(selvage::Finds(selvage::Verdict::livelock), selvage::OutcomeIs(2)));
  EXPECT_THAT(result, testing::Not(selvage::FindsDeadlock()));
  EXPECT_TRUE(result.complete);
  EXPECT_THAT(result.message, AllOf(HasSubstr("T1 goes round without progress"),
                                    HasSubstr("T2 goes round without progress")));
}

}  // namespace
