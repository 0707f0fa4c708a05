// start and join order everything: two threads, but no race and one result.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <thread>

#include "explore.hpp"
#include "invariant.hpp"
#include "joined.hpp"

namespace {

TEST(ThreadAndJoin, TheCounterIsCompleteAfterTheJoin) {
  for (const int n : {0, 1, 2, 100}) {
    EXPECT_THAT(selvage::explore([n] { selvage::outcome(joined::run(n)); }),
                selvage::Proves(selvage::OutcomeIs(n)));
  }
}

// What Z3 proves of a model at every size (joined.smt2) is looked at in every state of the real code. Main
// joins the thread before it looks, as run() does, or after, as it should not.
selvage::Result explore_with(const proof::Invariant& invariant, int n, bool joins_first) {
  return selvage::explore(proof::every_execution(), [&invariant, n, joins_first] {
    joined::counter = 0;
    proof::Steps increments;
    int place = 0;  // of main: 1 when it has joined, 2 when it has looked
    int seen = 0;
    const auto check_the_end = proof::in_every_state([&] {
      proof::Invariant::Values values = {
          {"n", n}, {"c", joined::counter}, {"a", increments.done}, {"m", place}, {"s", seen}};
      increments.tell_place(&values, "p");
      return invariant.holds(values);
    });
    std::thread counting([&increments, n] {
      for (int i = 0; i < n; ++i) increments(joined::increment);
    });
    if (joins_first) counting.join();
    place = 1;
    seen = joined::counter;
    place = 2;
    if (!joins_first) counting.join();
    check_the_end();
  });
}

TEST(ThreadAndJoin, TheProofsInvariantHoldsInEveryStateOfTheCode) {
  const proof::Invariant invariant(CASE_DIRECTORY "/joined.smt2");
  for (const int n : {0, 1, 3}) EXPECT_THAT(explore_with(invariant, n, true), selvage::Proves());
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(ThreadAndJoin, TheProofsInvariantDoesNotHoldWithoutTheJoin) {
  const proof::Invariant invariant(CASE_DIRECTORY "/joined.smt2");
  EXPECT_THAT(explore_with(invariant, 1, false), selvage::FindsAssertion());
}

TEST(ThreadAndJoin, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant sees_more(CASE_DIRECTORY "/joined.smt2", "(= s n)))", "(= s (+ n 1))))");
  EXPECT_THAT(explore_with(sees_more, 1, true), selvage::FindsAssertion());
}

}  // namespace
