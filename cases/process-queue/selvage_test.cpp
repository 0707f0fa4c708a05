// What comes out of a queue that two processes put into.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "over_a_pipe.hpp"
#include "semaphores.hpp"
#include "unlocked.hpp"

namespace {

using testing::ElementsAre;

template <typename Run>
selvage::Result explore(Run run, int n, selvage::Options options = {}) {
  options.races = selvage::Races::explore;
  return selvage::explore(options, [run, n] { selvage::outcome(run(n)); });
}

TEST(ProcessQueue, CountedPlacesAreNotEnough) {
  const auto result = explore(unlocked::run, 1);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(1, 2)));
}

TEST(ProcessQueue, SemaphoresKeepEveryItem) {
  EXPECT_THAT(explore(semaphores::run, 1), selvage::Proves(selvage::OutcomeIs(2)));
}

TEST(ProcessQueue, SoDoesAPipe) {
  EXPECT_THAT(explore(over_a_pipe::run, 4), selvage::Proves(selvage::OutcomeIs(10)));
}

}  // namespace
