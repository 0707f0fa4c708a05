// What a counter ends with that one process raises and another lowers.
#include <thread>

#include "../explore_form.hpp"
#include "explore.hpp"
#include "fixed.hpp"
#include "racy.hpp"

namespace {

using processes::explore;
using testing::ElementsAre;

TEST(ProcessCounter, WithoutALockIsADataRaceBetweenProcesses) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(racy::run(1)); }), selvage::FindsDataRace());
}

TEST(ProcessCounter, CanLoseAllIncrementsAndAllDecrements) {
  EXPECT_THAT(explore(racy::run, 1), selvage::OutcomesAre(ElementsAre(8, 9, 10, 11)));
  EXPECT_THAT(explore(racy::run, 2), selvage::OutcomesAre(ElementsAre(7, 8, 9, 10, 11, 12)));
}

TEST(ProcessCounter, TheLockKeepsAll) {
  std::uint64_t orders[] = {3, 10, 35};  // C(2n + 1, n)
  for (const int n : {1, 2, 3}) {
    const auto result = explore(fixed::run, n);
    EXPECT_THAT(result, selvage::Proves(selvage::OutcomeIs(9)));
    EXPECT_EQ(result.executions, orders[n - 1]);
  }
}

// What Z3 proves of models at every size (fixed.smt2, racy.smt2) is looked at in every state of the real
// code: of the functions that the processes run, in threads, and what main does with them.
template <typename Count, typename Up, typename Down>
selvage::Result explore_with(const proof::Invariant& invariant, int n, Up up, Down down) {
  return selvage::explore(proof::every_execution(), [&invariant, n, up, down] {
    Count count;
    std::array<proof::Steps, 2> steps;
    int main_at = 0;
    int read = 0;
    const auto check_the_end = proof::in_every_state([&] {
      proof::Invariant::Values values = {
          {"n", n},       {"c", count.value}, {"a", steps[0].done}, {"b", steps[1].done},
          {"m", main_at}, {"r", read}};
      steps[0].tell_place(&values, "pa");
      steps[1].tell_place(&values, "pb");
      return invariant.holds(values);
    });
    main_at = 1;
    std::thread first([&] {
      for (int i = 0; i < n; ++i) steps[0]([&] { up(count, 1); });
    });
    main_at = 2;
    std::thread second([&] {
      for (int i = 0; i < n + 1; ++i) steps[1]([&] { down(count, 1); });
    });
    first.join();
    main_at = 3;
    second.join();
    main_at = 4;
    read = count.value;
    main_at = 5;
    check_the_end();
  });
}

selvage::Result explore_fixed(const proof::Invariant& invariant, int n) {
  return explore_with<fixed::Count>(invariant, n, fixed::count_up, fixed::count_down);
}

selvage::Result explore_racy(const proof::Invariant& invariant, int n) {
  return explore_with<racy::Count>(invariant, n, racy::count_up, racy::count_down);
}

TEST(ProcessCounter, TheProofsInvariantsHoldInEveryStateOfTheCode) {
  const proof::Invariant with_lock(CASE_DIRECTORY "/fixed.smt2");
  const proof::Invariant without(CASE_DIRECTORY "/racy.smt2");
  for (const int n : {1, 2}) {
    EXPECT_THAT(explore_fixed(with_lock, n), selvage::Proves());
    EXPECT_THAT(explore_racy(without, n),
                testing::AllOf(selvage::FindsDataRace(), testing::Not(selvage::FindsAssertion())));
  }
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(ProcessCounter, TheInvariantOfTheLockDoesNotHoldWithoutIt) {
  const proof::Invariant with_lock(CASE_DIRECTORY "/fixed.smt2");
  EXPECT_THAT(explore_racy(with_lock, 1), selvage::FindsAssertion());
}

TEST(ProcessCounter, OtherInvariantsDoNotHoldOfTheCode) {
  const proof::Invariant one_more(CASE_DIRECTORY "/fixed.smt2", "(+ 10 a", "(+ 11 a");
  EXPECT_THAT(explore_fixed(one_more, 1), selvage::FindsAssertion());
  const proof::Invariant another_end(CASE_DIRECTORY "/fixed.smt2", "(=> (= m 5) (= r 9))",
                                     "(=> (= m 5) (= r 10))");
  EXPECT_THAT(explore_fixed(another_end, 1), selvage::FindsAssertion());
  const proof::Invariant narrow(CASE_DIRECTORY "/racy.smt2", "(<= (- 9 n) r (+ 10 n))",
                                "(<= (- 9 n) r (+ 9 n))");
  EXPECT_THAT(explore_racy(narrow, 1), selvage::FindsAssertion());
}

}  // namespace
