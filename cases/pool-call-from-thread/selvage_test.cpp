// Which answers two threads get from one process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "locked.hpp"
#include "one_line.hpp"

namespace {

using testing::ElementsAre;

template <typename Run>
selvage::Result explore(Run run, int n, selvage::Options options = {}) {
  options.races = selvage::Races::explore;
  return selvage::explore(options, [run, n] { selvage::outcome(run(n)); });
}

TEST(PoolCallFromThread, WithoutALockAnswersAreMixedUp) {
  EXPECT_THAT(explore(one_line::run, 1), selvage::Proves(ElementsAre("mixed-up", "right")));
}

TEST(PoolCallFromThread, WithALockEachGetsItsOwn) {
  EXPECT_THAT(explore(locked::run, 2), selvage::Proves(selvage::OutcomeIs("right")));
}

}  // namespace
