// What a counter ends with that one thread raises by tens and another lowers by ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "explore.hpp"
#include "fixed.hpp"
#include "invariant.hpp"
#include "private_member.hpp"
#include "racy.hpp"

namespace proof {

// The value, to be looked at without the lock.
struct ValueOf {
  using Type = int fixed::SharedCounter::*;
  friend Type member(ValueOf);
};
template struct PrivateMember<ValueOf, &fixed::SharedCounter::value_>;

struct RacyValueOf {
  using Type = int racy::SharedCounter::*;
  friend Type member(RacyValueOf);
};
template struct PrivateMember<RacyValueOf, &racy::SharedCounter::value_>;

}  // namespace proof

namespace {

using testing::ElementsAre;

selvage::Result explore_racy(int n) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  return selvage::explore(options, [n] { selvage::outcome(racy::run(n)); });
}

TEST(SharedCounterDelta, WithoutTheLockIsADataRace) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(racy::run(2)); }), selvage::FindsDataRace());
}

TEST(SharedCounterDelta, LosesTheIncrementOrTheDecrement) {
  const auto result = explore_racy(1);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(0, 10, 11)));
}

// n + 10a - b for every number of increments a and of decrements b that can be kept.
TEST(SharedCounterDelta, KeepsAtLeastOneOfEachOrAllOfOne) {
  for (const int n : {1, 2, 3}) {
    std::vector<int> expected = {0, 11 * n};
    for (int increments = 1; increments <= n; ++increments) {
      for (int decrements = 1; decrements <= n; ++decrements)
        expected.push_back(n + 10 * increments - decrements);
    }
    EXPECT_THAT(explore_racy(n), selvage::OutcomesAre(testing::UnorderedElementsAreArray(expected)));
  }
}

// The student is to see that both have read the 1 that the counter began with.
TEST(SharedCounterDelta, TheLostDecrementIsShownStepByStep) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  const auto result =
      selvage::explore(options, [] { selvage::check(racy::run(1) != 11, "the decrement was lost"); });
  EXPECT_THAT(result, selvage::FindsAssertion());
  std::vector<std::string> steps;
  for (const auto& violation : result.violations) {
    if (violation.kind != selvage::Verdict::assertion) continue;
    for (const auto& event : violation.trace) {
      const bool access = event.text.starts_with("read ") || event.text.starts_with("write ");
      if (event.thread != 0 && access) steps.push_back(std::to_string(event.thread) + ' ' + event.text);
    }
  }
  EXPECT_THAT(steps, testing::Contains(testing::ContainsRegex("^1 read .* = 1 ")));
  EXPECT_THAT(steps, testing::Contains(testing::ContainsRegex("^2 read .* = 1 ")));
  EXPECT_THAT(steps, testing::Contains(testing::ContainsRegex("^2 write .* = 0$")));
  EXPECT_THAT(steps, testing::Contains(testing::ContainsRegex("^1 write .* = 11$")));
}

TEST(SharedCounterDelta, UnderTheLockIsTheSumOfTheDeltas) {
  for (const int n : {1, 2, 3}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(fixed::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(10 * n)));
  }
}

// What Z3 proves of a model at every size (fixed.smt2) is looked at in every state of the real code.
template <typename SharedCounter, typename Value>
selvage::Result explore_with(const proof::Invariant& invariant, int n, Value value) {
  return selvage::explore(proof::every_execution(), [&invariant, n, value] {
    SharedCounter counter(n);
    proof::in_two_threads(
        invariant,
        [&counter, n, value] {
          return proof::Invariant::Values{{"n", n}, {"c", counter.*value}};
        },
        {n, n}, [&counter] { counter.incr(10); }, [&counter] { counter.decr(); });
  });
}

TEST(SharedCounterDelta, TheProofsInvariantHoldsInEveryStateOfTheCode) {
  const proof::Invariant invariant(CASE_DIRECTORY "/fixed.smt2");
  for (const int n : {1, 2}) {
    EXPECT_THAT(explore_with<fixed::SharedCounter>(invariant, n, member(proof::ValueOf{})),
                selvage::Proves());
  }
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(SharedCounterDelta, TheProofsInvariantDoesNotHoldWithoutTheLock) {
  const proof::Invariant invariant(CASE_DIRECTORY "/fixed.smt2");
  EXPECT_THAT(explore_with<racy::SharedCounter>(invariant, 1, member(proof::RacyValueOf{})),
              selvage::FindsAssertion());
}

TEST(SharedCounterDelta, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant by_nine(CASE_DIRECTORY "/fixed.smt2", "(* 10 (+ a", "(* 9 (+ a");
  EXPECT_THAT(explore_with<fixed::SharedCounter>(by_nine, 1, member(proof::ValueOf{})),
              selvage::FindsAssertion());
}

}  // namespace
