// What a pool of processes makes of a list, and of the death of one of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "dies.hpp"
#include "fixed.hpp"
#include "racy.hpp"
#include "survives.hpp"

namespace {

using testing::ElementsAre;

template <typename Run>
selvage::Result explore(Run run, int n, selvage::Options options = {}) {
  options.races = selvage::Races::explore;
  return selvage::explore(options, [run, n] { selvage::outcome(run(n)); });
}

TEST(ProcessPoolMap, APlainIndexHasWorkDoneTwice) {
  const auto result = explore(racy::run, 2);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(2, 3, 4, 5)));
}

TEST(ProcessPoolMap, AnAtomicIndexHasEachDoneOnceAndInItsPlace) {
  EXPECT_THAT(explore(fixed::run, 3), selvage::Proves(selvage::OutcomeIs("0-1-4")));
}

TEST(ProcessPoolMap, AWorkerThatDiesTakesTheLockAlong) {
  EXPECT_THAT(explore(dies::run, 2), selvage::FindsDeadlock());
}

TEST(ProcessPoolMap, ARobustLockIsGivenToTheNext) {
  EXPECT_THAT(explore(survives::run, 3), selvage::Proves(selvage::OutcomeIs(5)));
}

// Wherever a worker is killed, or both are.
TEST(ProcessPoolMap, ARobustLockRecoversFromEveryDeath) {
  selvage::Options options;
  options.crash_children = true;
  EXPECT_THAT(explore(survives::run, 2, options), selvage::Proves(selvage::OutcomeIs(1)));
  EXPECT_THAT(explore(dies::run, 2, options), selvage::FindsDeadlock());
}

}  // namespace
