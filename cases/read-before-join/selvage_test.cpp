// What the first thread can see of the second's counting before it has waited for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <thread>

#include "explore.hpp"
#include "fixed.hpp"
#include "invariant.hpp"
#include "racy.hpp"

namespace {

using testing::ElementsAre;

TEST(ReadBeforeJoin, IsADataRace) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(racy::run(5)); }), selvage::FindsDataRace());
}

TEST(ReadBeforeJoin, CanSeeEveryValue) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  const auto result = selvage::explore(options, [] { selvage::outcome(racy::run(5)); });
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(0, 1, 2, 3, 4, 5)));
}

TEST(ReadBeforeJoin, UnderTheLockSeesWholeBlocks) {
  const auto result = selvage::explore([] { selvage::outcome(fixed::run(30)); });
  EXPECT_EQ(result.verdict, selvage::Verdict::proved);
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(0, 10, 20, 30)));
}

// What Z3 proves of a model at every size (fixed.smt2) is looked at in every state of the real code.
selvage::Result explore_with(const proof::Invariant& invariant, int n, int& counter, void (*count_block)(),
                             int (*read_counter)()) {
  return selvage::explore(proof::every_execution(), [&invariant, n, &counter, count_block, read_counter] {
    counter = 0;
    proof::Steps blocks;
    proof::Steps reading;
    int seen = 0;
    const auto check_the_end = proof::in_every_state([&] {
      proof::Invariant::Values values = {
          {"n", n}, {"c", counter}, {"a", 10 * blocks.done}, {"s", seen}, {"r", reading.done}};
      blocks.tell_place(&values, "pa");
      reading.tell_place(&values, "pm");
      return invariant.holds(values);
    });
    std::thread counting([&blocks, n, count_block] {
      for (int i = 0; i < n; i += 10) blocks(count_block);
    });
    reading([&] { seen = read_counter(); });
    counting.join();
    check_the_end();
  });
}

TEST(ReadBeforeJoin, TheProofsInvariantHoldsInEveryStateOfTheCode) {
  const proof::Invariant invariant(CASE_DIRECTORY "/fixed.smt2");
  for (const int n : {0, 10, 30}) {
    EXPECT_THAT(explore_with(invariant, n, fixed::counter, fixed::count_block, fixed::read_counter),
                selvage::Proves());
  }
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(ReadBeforeJoin, TheProofsInvariantDoesNotHoldWithoutTheLock) {
  const proof::Invariant invariant(CASE_DIRECTORY "/fixed.smt2");
  const auto count_block = [] {
    for (int i = 0; i < 10; ++i) racy::increment();
  };
  EXPECT_THAT(explore_with(invariant, 10, racy::counter, count_block, [] { return racy::counter; }),
              selvage::FindsAssertion());
}

TEST(ReadBeforeJoin, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant less(CASE_DIRECTORY "/fixed.smt2", "(<= 0 s n)", "(< 0 s n)");
  EXPECT_THAT(explore_with(less, 10, fixed::counter, fixed::count_block, fixed::read_counter),
              selvage::FindsAssertion());
}

}  // namespace
