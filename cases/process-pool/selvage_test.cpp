// What a pool of two workers does to each item.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "explore.hpp"
#include "fixed.hpp"
#include "invariant.hpp"
#include "racy.hpp"
#include "twice.hpp"

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

selvage::Result explore_racy(int n) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  return selvage::explore(options, [n] { selvage::outcome(racy::run(n)); });
}

TEST(ProcessPool, TheSharedIndexIsADataRaceAndItemsAreDoneAgain) {
  EXPECT_THAT(explore_racy(1), AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(1, 2))));
  EXPECT_THAT(explore_racy(2),
              AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(2, 3, 4, 5))));
}

TEST(ProcessPool, APromiseThatIsFulfilledTwiceEndsTheProgram) {
  const auto result = selvage::explore([] { selvage::outcome(twice::run(1)); });
  EXPECT_THAT(result, selvage::Finds(selvage::Verdict::exception));
  EXPECT_THAT(result.message, HasSubstr("Promise already satisfied"));
}

// What the student is to see: both workers look at the index before either moves it on.
TEST(ProcessPool, BothWorkersReadTheSameIndexStepByStep) {
  const auto result = selvage::explore([] { selvage::outcome(twice::run(1)); });
  ASSERT_EQ(result.violations.size(), 1U);
  std::vector<std::string> looks;
  for (const auto& event : result.violations.front().trace) {
    if (event.text.starts_with("atomic load twice::next")) looks.push_back(event.text);
  }
  EXPECT_THAT(looks, testing::Contains(HasSubstr("twice::next = 0")).Times(testing::Ge(2)));
}

TEST(ProcessPool, TakingAnItemInOneStepGivesEachOnceAndTheResultsInOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(1)); }),
              selvage::Proves(selvage::OutcomeIs("0")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(2)); }),
              selvage::Proves(selvage::OutcomeIs("0-1")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(3)); }),
              selvage::Proves(selvage::OutcomeIs("0-1-4")));
}

// What Z3 proves of a model at every size (fixed.smt2) is looked at in every state of the real code, for each
// item.
selvage::Result explore_with(const proof::Invariant& invariant, int n, std::atomic<int>& next,
                             int (*take)()) {
  return selvage::explore(proof::every_execution(), [&invariant, n, &next, take] {
    next = 0;
    std::vector<int> done(static_cast<std::size_t>(n));
    std::array<bool, 2> ended = {false, false};
    const auto check_the_end = proof::in_every_state([&] {
      for (int j = 0; j < n; ++j) {
        proof::Invariant::Values values = {
            {"n", n}, {"j", j}, {"x", next.load()}, {"d", done[static_cast<std::size_t>(j)]}};
        if (ended[0]) values["pa"] = 2;
        if (ended[1]) values["pb"] = 2;
        if (!invariant.holds(values)) return false;
      }
      return true;
    });
    // As work() does, with a count where that has a result.
    const auto work = [n, take, &done, &ended](std::size_t me) {
      for (int item = take(); item < n; item = take()) ++done[static_cast<std::size_t>(item)];
      ended[me] = true;
    };
    std::thread first(work, 0);
    std::thread second(work, 1);
    first.join();
    second.join();
    check_the_end();
  });
}

TEST(ProcessPool, TheProofsInvariantHoldsInEveryStateOfTheCode) {
  const proof::Invariant invariant(CASE_DIRECTORY "/fixed.smt2");
  for (const int n : {1, 2, 3}) {
    EXPECT_THAT(explore_with(invariant, n, fixed::next, fixed::take), selvage::Proves());
  }
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(ProcessPool, TheProofsInvariantDoesNotHoldWhereTakingIsTwoSteps) {
  const proof::Invariant invariant(CASE_DIRECTORY "/fixed.smt2");
  EXPECT_THAT(explore_with(invariant, 1, twice::next, twice::take), selvage::FindsAssertion());
}

TEST(ProcessPool, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant one_left(CASE_DIRECTORY "/fixed.smt2", "(ite (< j x) 1 0)", "(ite (<= j x) 1 0)");
  EXPECT_THAT(explore_with(one_left, 1, fixed::next, fixed::take), selvage::FindsAssertion());
}

}  // namespace
