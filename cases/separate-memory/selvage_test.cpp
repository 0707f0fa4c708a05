// What processes see of each other that have no memory in common.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "copies.hpp"
#include "locked.hpp"
#include "manager.hpp"

namespace {

using testing::ElementsAre;

template <typename Run>
selvage::Result explore(Run run, int n, selvage::Options options = {}) {
  options.races = selvage::Races::explore;
  return selvage::explore(options, [run, n] { selvage::outcome(run(n)); });
}

TEST(SeparateMemory, TheChildsAppendIsInvisible) {
  EXPECT_THAT(explore(copies::run, 3), selvage::Proves(selvage::OutcomeIs("1,4")));
}

TEST(SeparateMemory, AManagerIsNoDataRaceAndLosesUpdates) {
  EXPECT_THAT(explore(manager::run, 1), selvage::Proves(ElementsAre(1, 2)));
}

TEST(SeparateMemory, ALockAroundGetAndSetKeepsAll) {
  EXPECT_THAT(explore(locked::run, 1), selvage::Proves(selvage::OutcomeIs(2)));
  EXPECT_THAT(explore(locked::run, 2), selvage::Proves(selvage::OutcomeIs(4)));
}

}  // namespace
