// What a counter ends with that one process raises and another lowers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "fixed.hpp"
#include "racy.hpp"

namespace {

using testing::ElementsAre;

template <typename Run>
selvage::Result explore(Run run, int n, selvage::Options options = {}) {
  options.races = selvage::Races::explore;
  return selvage::explore(options, [run, n] { selvage::outcome(run(n)); });
}

TEST(ProcessCounter, WithoutALockIsADataRaceBetweenProcesses) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(racy::run(1)); }), selvage::FindsDataRace());
}

TEST(ProcessCounter, CanLoseAllIncrementsAndAllDecrements) {
  EXPECT_THAT(explore(racy::run, 1), selvage::OutcomesAre(ElementsAre(8, 9, 10, 11)));
  EXPECT_THAT(explore(racy::run, 2), selvage::OutcomesAre(ElementsAre(7, 8, 9, 10, 11, 12)));
}

TEST(ProcessCounter, TheLockKeepsAll) {
  std::uint64_t orders[] = {3, 10, 35};  // C(2n + 1, n)
  for (const int n : {1, 2, 3}) {
    const auto result = explore(fixed::run, n);
    EXPECT_THAT(result, selvage::Proves(selvage::OutcomeIs(9)));
    EXPECT_EQ(result.executions, orders[n - 1]);
  }
}

}  // namespace
