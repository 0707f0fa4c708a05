// What a counter ends with that one thread counts up and another, once more, down: every possibility at small
// sizes, and at the notebook's size the two executions at the ends of the range.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <numeric>
#include <string>
#include <vector>

#include "explore.hpp"
#include "fixed.hpp"
#include "invariant.hpp"
#include "racy.hpp"

namespace {

TEST(UpAndDown, WithoutTheLockIsADataRace) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(racy::run(2)); }), selvage::FindsDataRace());
}

TEST(UpAndDown, CanEndAnywhereBetweenLosingAllOfOneAndAllOfTheOther) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  for (const int n : {1, 2}) {
    std::vector<int> expected(2 * static_cast<std::size_t>(n) + 2);
    std::iota(expected.begin(), expected.end(), 9 - n);
    const auto result = selvage::explore(options, [n] { selvage::outcome(racy::run(n)); });
    EXPECT_THAT(result, selvage::FindsDataRace());
    EXPECT_THAT(result, selvage::OutcomesAre(testing::ElementsAreArray(expected)));
  }
}

TEST(UpAndDown, TheLockKeepsEveryChange) {
  for (const int n : {1, 2, 3}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(fixed::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(9)));
  }
}

// The notebook's size, driven by hand.
constexpr int full_size = 1000000;

// The value the racy counter ends with under `schedule`.
std::string final_value(const selvage::Directed& schedule) {
  selvage::Options options;
  options.max_events = 10 * full_size;  // four million accesses to the counter
  const auto result = selvage::run_directed(
      schedule, [] { selvage::outcome(racy::run(full_size)); }, options);
  EXPECT_EQ(result.verdict, selvage::Verdict::exhausted) << result;
  return result.outcomes.size() == 1 ? result.outcomes.front().value : "not one outcome";
}

// The last write of the thread that counts down comes from a read before the other has begun: all that the
// other does is lost.
TEST(UpAndDown, CanLoseAMillionIncrements) {
  selvage::Directed schedule;
  schedule.watch(racy::counter).until_before_write(2, &racy::counter).to_end(1).to_end(2);
  const std::string value = final_value(schedule);
  RecordProperty("outcome", value);
  EXPECT_EQ(value, "-999991");
}

TEST(UpAndDown, CanLoseAMillionAndOneDecrements) {
  selvage::Directed schedule;
  schedule.watch(racy::counter).until_before_write(1, &racy::counter).to_end(2).to_end(1);
  const std::string value = final_value(schedule);
  RecordProperty("outcome", value);
  EXPECT_EQ(value, "1000010");
}

// What Z3 proves of models at every size (fixed.smt2, racy.smt2) is looked at in every state of the real
// code.
selvage::Result explore_with(const proof::Invariant& invariant, int n, int& counter, void (*increment)(),
                             void (*decrement)()) {
  return selvage::explore(proof::every_execution(), [&invariant, n, &counter, increment, decrement] {
    counter = 10;
    proof::in_two_threads(
        invariant,
        [&counter, n] {
          return proof::Invariant::Values{{"n", n}, {"c", counter}};
        },
        {n, n + 1}, increment, decrement);
  });
}

TEST(UpAndDown, TheProofsInvariantsHoldInEveryStateOfTheCode) {
  const proof::Invariant with_lock(CASE_DIRECTORY "/fixed.smt2");
  const proof::Invariant without(CASE_DIRECTORY "/racy.smt2");
  for (const int n : {1, 2}) {
    EXPECT_THAT(explore_with(with_lock, n, fixed::counter, fixed::increment, fixed::decrement),
                selvage::Proves());
    EXPECT_THAT(explore_with(without, n, racy::counter, racy::increment, racy::decrement),
                testing::AllOf(selvage::FindsDataRace(), testing::Not(selvage::FindsAssertion())));
  }
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(UpAndDown, TheInvariantOfTheLockDoesNotHoldWithoutIt) {
  const proof::Invariant with_lock(CASE_DIRECTORY "/fixed.smt2");
  EXPECT_THAT(explore_with(with_lock, 1, racy::counter, racy::increment, racy::decrement),
              selvage::FindsAssertion());
}

TEST(UpAndDown, OtherInvariantsDoNotHoldOfTheCode) {
  const proof::Invariant one_more(CASE_DIRECTORY "/fixed.smt2", "(+ 10 a", "(+ 11 a");
  EXPECT_THAT(explore_with(one_more, 1, fixed::counter, fixed::increment, fixed::decrement),
              selvage::FindsAssertion());
  // Each end of the range is reached, so neither can be left out.
  for (const std::string bound : {"(- 10 b) c", "c (+ 10 a)"}) {
    const std::string tighter = bound == "c (+ 10 a)" ? "c (+ 9 a)" : "(- 11 b) c";
    const proof::Invariant narrow(CASE_DIRECTORY "/racy.smt2", bound, tighter);
    EXPECT_THAT(explore_with(narrow, 1, racy::counter, racy::increment, racy::decrement),
                selvage::FindsAssertion());
  }
}

}  // namespace
