// start and join order everything: two threads, but no race and one result.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "joined.hpp"

namespace {

TEST(ThreadAndJoin, TheCounterIsCompleteAfterTheJoin) {
  for (const int n : {0, 1, 2, 100}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(joined::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(n)));
  }
}

}  // namespace
