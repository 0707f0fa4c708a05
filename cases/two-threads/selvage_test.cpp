// What two threads that count together can end with: every possibility at small sizes, and at the
// notebook's size the two executions at the ends of the range.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "atomic.hpp"
#include "explore.hpp"
#include "fixed.hpp"
#include "racy.hpp"

namespace {

using testing::ElementsAre;

selvage::Result explore_racy(int n) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  return selvage::explore(options, [n] { selvage::outcome(racy::run(n)); });
}

TEST(TwoThreads, CountingTogetherIsADataRace) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(racy::run(2)); }), selvage::FindsDataRace());
}

TEST(TwoThreads, CanLoseAllButTwo) {
  EXPECT_THAT(explore_racy(1), selvage::OutcomesAre(ElementsAre(1, 2)));
  EXPECT_THAT(explore_racy(2), selvage::OutcomesAre(ElementsAre(2, 3, 4)));
  EXPECT_THAT(explore_racy(3), selvage::OutcomesAre(ElementsAre(2, 3, 4, 5, 6)));
}

TEST(TwoThreads, AnUpdateCanBeLost) {
  const auto result = explore_racy(2);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::CanReach(2));
  EXPECT_THAT(result, testing::Not(selvage::CanReach(1)));
}

// What the student is to see: both threads read the same value, so both write the same one.
TEST(TwoThreads, TheLostUpdateIsShownStepByStep) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  const auto result =
      selvage::explore(options, [] { selvage::check(racy::run(1) == 2, "an update was lost"); });
  EXPECT_THAT(result, selvage::FindsAssertion());
  std::vector<std::string> steps;
  for (const auto& violation : result.violations) {
    if (violation.kind != selvage::Verdict::assertion) continue;
    for (const auto& event : violation.trace) {
      if (event.thread != 0 && event.text.find("racy::counter") != std::string::npos)
        steps.push_back(event.text);
    }
  }
  using testing::StartsWith;
  EXPECT_THAT(steps, testing::UnorderedElementsAre(
                         StartsWith("read racy::counter = 0"), StartsWith("read racy::counter = 0"),
                         StartsWith("write racy::counter = 1"), StartsWith("write racy::counter = 1")));
}

TEST(TwoThreads, TheLockKeepsEveryIncrement) {
  for (const int n : {1, 2, 3}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(fixed::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(2 * n)));
  }
}

TEST(TwoThreads, TheAtomicCounterKeepsEveryIncrement) {
  for (const int n : {1, 2, 3}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(atomic::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(2 * n)));
  }
}

// What Z3 proves of models at every size (fixed.smt2 and the others) is looked at in every state of the real code:
// `counter` is counted up n times in each of two threads.
template <typename Counter>
selvage::Result explore_with(const proof::Invariant& invariant, int n, Counter& counter,
                             void (*increment)()) {
  return selvage::explore(proof::every_execution(), [&invariant, n, &counter, increment] {
    counter = 0;
    proof::in_two_threads(
        invariant,
        [&counter, n] {
          return proof::Invariant::Values{{"n", n}, {"c", counter}};
        },
        {n, n}, increment, increment);
  });
}

TEST(TwoThreads, TheProofsInvariantsHoldInEveryStateOfTheCode) {
  const proof::Invariant with_lock(CASE_DIRECTORY "/fixed.smt2");
  EXPECT_THAT(explore_with(with_lock, 2, fixed::counter, fixed::increment), selvage::Proves());
  const proof::Invariant with_atomic(CASE_DIRECTORY "/atomic.smt2");
  EXPECT_THAT(explore_with(with_atomic, 3, atomic::counter, atomic::increment), selvage::Proves());
  const proof::Invariant without(CASE_DIRECTORY "/racy.smt2");
  EXPECT_THAT(explore_with(without, 2, racy::counter, racy::increment),
              testing::Not(selvage::FindsAssertion()));
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(TwoThreads, TheInvariantOfTheLockDoesNotHoldWithoutIt) {
  const proof::Invariant with_lock(CASE_DIRECTORY "/fixed.smt2");
  EXPECT_THAT(explore_with(with_lock, 2, racy::counter, racy::increment), selvage::FindsAssertion());
}

TEST(TwoThreads, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant one_more(CASE_DIRECTORY "/fixed.smt2", "(= c (+ a b ", "(= c (+ a b 1 ");
  EXPECT_THAT(explore_with(one_more, 1, fixed::counter, fixed::increment), selvage::FindsAssertion());
  const proof::Invariant too_strong(CASE_DIRECTORY "/racy.smt2", "(>= c 1)", "(>= c 2)");
  EXPECT_THAT(explore_with(too_strong, 2, racy::counter, racy::increment), selvage::FindsAssertion());
}

// The notebook's size. There are far too many executions to explore, but one can be driven by hand.
constexpr int full_size = 100000;

// The value the racy counter ends with under `schedule`.
std::string final_value(const selvage::Directed& schedule) {
  const auto result = selvage::run_directed(schedule, [] { selvage::outcome(racy::run(full_size)); });
  EXPECT_EQ(result.verdict, selvage::Verdict::exhausted) << result;
  EXPECT_EQ(result.executions, 1U);
  return result.outcomes.size() == 1 ? result.outcomes.front().value : "not one outcome";
}

// 200000 increments, and the counter says 2.
TEST(TwoThreads, CanEndAtTwo) {
  selvage::Directed schedule;
  schedule.watch(racy::counter)
      .until_before_write(1, &racy::counter)  // the first thread has read 0, and waits to write 1
      .until_writes_done(2, &racy::counter, full_size - 1)  // the second does all its increments but one
      .until_writes_done(1, &racy::counter, 1)              // the first writes its 1 over them all
      .until_before_write(2, &racy::counter)                // the second reads that 1 for its last increment
      .to_end(1)                                            // the first does the rest of its increments
      .to_end(2);                                           // the second writes 2 over them all
  const std::string value = final_value(schedule);
  RecordProperty("outcome", value);
  EXPECT_EQ(value, "2");
}

// One thread after the other: nothing is lost, and the test that looks for a loss sees none.
TEST(TwoThreads, CanLoseNothing) {
  selvage::Directed schedule;
  schedule.watch(racy::counter).to_end(1).to_end(2);
  const std::string value = final_value(schedule);
  RecordProperty("outcome", value);
  EXPECT_EQ(value, "200000");
}

}  // namespace
