// What a page says on which two threads have greeted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "lines.hpp"
#include "ordered.hpp"
#include "racy.hpp"

namespace {

using testing::UnorderedElementsAre;

selvage::Result explore_racy() {
  selvage::Options options;
  options.races = selvage::Races::explore;
  return selvage::explore(options, [] { selvage::outcome(racy::run(1)); });
}

TEST(Greetings, WithoutALockAreADataRace) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(racy::run(1)); }), selvage::FindsDataRace());
}

TEST(Greetings, WithoutALockCanComeOutWholeInBothOrders) {
  EXPECT_THAT(explore_racy(), selvage::CanReach("HiYo"));
  EXPECT_THAT(explore_racy(), selvage::CanReach("YoHi"));
}

TEST(Greetings, WithoutALockMixAndLoseLetters) {
  const auto result = explore_racy();
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(UnorderedElementsAre(
                          "HiYo", "YoHi",                                          // one after the other
                          "HYio", "HYoi", "YHio", "YHoi",                          // mixed
                          "HYi", "HYo", "Hio", "Hoi", "YHi", "YHo", "Yio", "Yoi",  // one letter lost
                          "HY", "YH", "Ho", "Yi", "Hi", "Yo")));                   // two lost
}

TEST(Greetings, UnderALockStayWholeAndComeInAnyOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(lines::run(1)); }),
              selvage::Proves(UnorderedElementsAre("HiYo", "YoHi")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(lines::run(2)); }),
              selvage::Proves(UnorderedElementsAre("HiHiYoYo", "HiYoHiYo", "HiYoYoHi", "YoHiHiYo", "YoHiYoHi",
                                                   "YoYoHiHi")));
}

TEST(Greetings, OfWhichTheSecondWaitsForTheFirstComeInOneOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(ordered::run(1)); }),
              selvage::Proves(selvage::OutcomeIs("HiYo")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(ordered::run(2)); }),
              selvage::Proves(selvage::OutcomeIs("HiHiYoYo")));
}

}  // namespace
