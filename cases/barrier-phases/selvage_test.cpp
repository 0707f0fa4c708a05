// What two threads read of each other's cells when they work in phases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "fixed.hpp"
#include "one_barrier.hpp"
#include "racy.hpp"
#include "std_barrier.hpp"

namespace {

using testing::AllOf;
using testing::ElementsAre;

selvage::Result explore_all(int (*run)(int), int n) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  return selvage::explore(options, [run, n] { selvage::outcome(run(n)); });
}

TEST(BarrierPhases, ReadingTheNeighboursCellBeforeItIsWrittenIsADataRace) {
  EXPECT_THAT(explore_all(racy::run, 1),
              AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(1, 2))));
  EXPECT_THAT(explore_all(racy::run, 2),
              AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(4, 5, 6, 7))));
}

TEST(BarrierPhases, WithOneBarrierTheFirstPhaseIsRight) {
  EXPECT_THAT(explore_all(one_barrier::run, 1), selvage::Proves(selvage::OutcomeIs(2)));
}

TEST(BarrierPhases, WithOneBarrierTheNextPhaseComesTooEarly) {
  EXPECT_THAT(explore_all(one_barrier::run, 2),
              AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(6, 7))));
}

TEST(BarrierPhases, WithTwoBarriersNobodyReadsTheWrongPhase) {
  EXPECT_THAT(explore_all(fixed::run, 1), selvage::Proves(selvage::OutcomeIs(2)));
  EXPECT_THAT(explore_all(fixed::run, 2), selvage::Proves(selvage::OutcomeIs(6)));
}

TEST(BarrierPhases, StdBarrierSeparatesThem) {
  EXPECT_THAT(explore_all(std_barrier::run, 1), selvage::Proves(selvage::OutcomeIs(2)));
}

}  // namespace
