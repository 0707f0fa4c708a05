// What arrives of a message, and whether anything orders its sending and its receiving.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "channel.hpp"
#include "plain_flag.hpp"
#include "relaxed.hpp"
#include "release_acquire.hpp"

namespace {

using testing::HasSubstr;

selvage::Result explore_all(long (*run)(int)) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  return selvage::explore(options, [run] { selvage::outcome(run(42)); });
}

TEST(MessagePassing, BehindAPlainFlagBothFlagAndMessageAreRacy) {
  const auto result = explore_all(plain_flag::run);
  ASSERT_EQ(result.violations.size(), 2U);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result.violations[0].message, HasSubstr("plain_flag::ready"));
  EXPECT_THAT(result.violations[1].message, HasSubstr("plain_flag::message"));
}

TEST(MessagePassing, BehindARelaxedFlagTheMessageIsStillRacy) {
  const auto result = explore_all(relaxed::run);
  ASSERT_EQ(result.violations.size(), 1U);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_EQ(result.message,
            "data race on relaxed::message: write by T1 and read by T0 are not ordered by happens-before");
}

// What a weak memory would show as well is left to a later version: here the message is always there.
TEST(MessagePassing, InSequentialConsistencyTheMessageIsThereAllTheSame) {
  EXPECT_THAT(explore_all(plain_flag::run), selvage::OutcomeIs(42));
  EXPECT_THAT(explore_all(relaxed::run), selvage::OutcomeIs(42));
}

TEST(MessagePassing, ReleaseAndAcquireOrderTheMessage) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(release_acquire::run(42)); }),
              selvage::Proves(selvage::OutcomeIs(42)));
}

TEST(MessagePassing, TheChannelKeepsTheOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(channel::run(3)); }),
              selvage::Proves(selvage::OutcomeIs("1-2-3")));
}

}  // namespace
