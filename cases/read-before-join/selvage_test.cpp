// What the first thread can see of the second's counting before it has waited for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "fixed.hpp"
#include "racy.hpp"

namespace {

using testing::ElementsAre;

TEST(ReadBeforeJoin, IsADataRace) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(racy::run(5)); }), selvage::FindsDataRace());
}

TEST(ReadBeforeJoin, CanSeeEveryValue) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  const auto result = selvage::explore(options, [] { selvage::outcome(racy::run(5)); });
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(0, 1, 2, 3, 4, 5)));
}

TEST(ReadBeforeJoin, UnderTheLockSeesWholeBlocks) {
  const auto result = selvage::explore([] { selvage::outcome(fixed::run(30)); });
  EXPECT_EQ(result.verdict, selvage::Verdict::proved);
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(0, 10, 20, 30)));
}

}  // namespace
