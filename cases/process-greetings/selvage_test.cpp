// What a page says on which two processes have greeted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "lines.hpp"
#include "racy.hpp"

namespace {

using testing::ElementsAre;

template <typename Run>
selvage::Result explore(Run run, int n, selvage::Options options = {}) {
  options.races = selvage::Races::explore;
  return selvage::explore(options, [run, n] { selvage::outcome(run(n)); });
}

TEST(ProcessGreetings, WithoutALockAreADataRaceThatLosesLetters) {
  const auto result = explore(racy::run, 1);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::CanReach("HiYo"));
  EXPECT_THAT(result, selvage::CanReach("HY"));
  EXPECT_EQ(result.outcomes.size(), 20U);
}

TEST(ProcessGreetings, WithALockComeOutWholeInBothOrders) {
  EXPECT_THAT(explore(lines::run, 1), selvage::Proves(ElementsAre("HiYo", "YoHi")));
}

}  // namespace
