// One thread has one execution: exploring it finds that execution and no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include "invariant.hpp"
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

// What Z3 proves of a model at every size (once.smt2, twice.smt2) is looked at after every step of the real
// code. With one thread nobody else could see a state in between.
selvage::Result explore_once(const proof::Invariant& invariant, int n, void (*increment)()) {
  return selvage::explore([&invariant, n, increment] {
    once::counter = 0;
    for (int done = 0;;) {
      selvage::check(invariant.holds({{"n", n}, {"c", once::counter}, {"a", done}, {"p", 0}}));
      if (done == n) break;
      increment();
      ++done;
    }
  });
}

selvage::Result explore_twice(const proof::Invariant& invariant, int n, void (*increment)()) {
  return selvage::explore([&invariant, n, increment] {
    twice::counter = 0;
    for (int call = 0; call < 2; ++call) {
      for (int done = 0;;) {
        selvage::check(
            invariant.holds({{"n", n}, {"c", twice::counter}, {"k", call}, {"a", done}, {"p", 0}}));
        if (done == n) break;
        increment();
        ++done;
      }
    }
  });
}

TEST(OneThread, TheProofsInvariantsHoldAfterEveryStepOfTheCode) {
  const proof::Invariant of_once(CASE_DIRECTORY "/once.smt2");
  const proof::Invariant of_twice(CASE_DIRECTORY "/twice.smt2");
  for (const int n : {0, 1, 5}) {
    EXPECT_THAT(explore_once(of_once, n, once::increment), selvage::Proves());
    EXPECT_THAT(explore_twice(of_twice, n, twice::increment), selvage::Proves());
  }
}

// The formulas and the code are tied to each other: change either, and a state shows it.
TEST(OneThread, TheProofsInvariantsDoNotHoldOfOtherCode) {
  const proof::Invariant of_once(CASE_DIRECTORY "/once.smt2");
  EXPECT_THAT(explore_once(of_once, 2, [] { once::counter += 2; }), selvage::FindsAssertion());
  const proof::Invariant of_twice(CASE_DIRECTORY "/twice.smt2");
  EXPECT_THAT(explore_twice(of_twice, 2, [] { twice::counter += 2; }), selvage::FindsAssertion());
}

TEST(OneThread, OtherInvariantsDoNotHoldOfTheCode) {
  const proof::Invariant one_more(CASE_DIRECTORY "/once.smt2", "(= c a))", "(= c (+ a 1)))");
  EXPECT_THAT(explore_once(one_more, 1, once::increment), selvage::FindsAssertion());
  const proof::Invariant not_twice(CASE_DIRECTORY "/twice.smt2", "(ite (= k 1) n 0)", "0");
  EXPECT_THAT(explore_twice(not_twice, 1, twice::increment), selvage::FindsAssertion());
}

}  // namespace
