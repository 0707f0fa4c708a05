// One thread has one execution: exploring it finds that execution and no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "once.hpp"
#include "twice.hpp"

namespace {

TEST(OneThread, CountingHasOneResult) {
  const auto result = selvage::explore([] { selvage::outcome(once::run(100)); });
  EXPECT_THAT(result, selvage::Proves(selvage::OutcomeIs(100)));
  EXPECT_EQ(result.executions, 1U);
}

TEST(OneThread, CountingTwiceAddsUp) {
  const auto result = selvage::explore([] { selvage::outcome(twice::run(100)); });
  EXPECT_THAT(result, selvage::Proves(selvage::OutcomeIs(200)));
  EXPECT_EQ(result.executions, 1U);
}

}  // namespace
