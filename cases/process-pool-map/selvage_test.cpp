// What a pool of processes makes of a list, and of the death of one of them.
#include <thread>

#include "../explore_form.hpp"
#include "dies.hpp"
#include "explore.hpp"
#include "fixed.hpp"
#include "racy.hpp"
#include "survives.hpp"

namespace {

using processes::explore;
using testing::ElementsAre;

TEST(ProcessPoolMap, APlainIndexHasWorkDoneTwice) {
  const auto result = explore(racy::run, 2);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(2, 3, 4, 5)));
}

TEST(ProcessPoolMap, AnAtomicIndexHasEachDoneOnceAndInItsPlace) {
  EXPECT_THAT(explore(fixed::run, 3), selvage::Proves(selvage::OutcomeIs("0-1-4")));
}

TEST(ProcessPoolMap, AWorkerThatDiesTakesTheLockAlong) {
  EXPECT_THAT(explore(dies::run, 2), selvage::FindsDeadlock());
}

TEST(ProcessPoolMap, ARobustLockIsGivenToTheNext) {
  EXPECT_THAT(explore(survives::run, 3), selvage::Proves(selvage::OutcomeIs(5)));
}

// Wherever a worker is killed, or both are.
TEST(ProcessPoolMap, ARobustLockRecoversFromEveryDeath) {
  selvage::Options options;
  options.crash_children = true;
  EXPECT_THAT(explore(survives::run, 2, options), selvage::Proves(selvage::OutcomeIs(1)));
  EXPECT_THAT(explore(dies::run, 2, options), selvage::FindsDeadlock());
}

// What Z3 proves of models at every size (fixed.smt2, survives.smt2) is looked at in every state of the real
// code, for each number: of what the processes run, in threads, and of what main does with them.
template <typename Pool>
proof::Invariant::Values common_values(const Pool& pool, int n, int j, int main_at) {
  return {
      {"n", n}, {"j", j}, {"r", pool.results[static_cast<std::size_t>(j)]}, {"x", pool.next}, {"f", main_at}};
}

template <typename Pool, typename Work>
selvage::Result explore_with(const proof::Invariant& invariant, int n, Work work) {
  return selvage::explore(proof::every_execution(), [&invariant, n, work] {
    Pool pool;
    std::array<bool, 2> ended{};
    int main_at = 0;
    const auto check_the_end = proof::in_every_state([&] {
      for (int j = 0; j < n; ++j) {
        proof::Invariant::Values values = common_values(pool, n, j, main_at);
        values["ca"] = pool.calls[0];
        values["cb"] = pool.calls[1];
        if (j > 0) values["d"] = values["r"] == 0 ? 0 : 1;  // the square of 0 cannot be told from nothing
        if (ended[0]) values["pa"] = 4;
        if (ended[1]) values["pb"] = 4;
        if (!invariant.holds(values)) return false;
      }
      return true;
    });
    const auto run = [&](std::size_t worker) {
      work(pool, static_cast<int>(worker), n);
      ended[worker] = true;
    };
    std::thread one(run, 0);
    main_at = 1;
    std::thread other(run, 1);
    main_at = 2;
    one.join();
    main_at = 3;
    other.join();
    main_at = 4;
    check_the_end();
  });
}

// As survives::run() does, but instead of a process that dies at its work there is a thread that takes the
// lock, begins a number as square_next() does, and ends after so many steps of that.
selvage::Result explore_deaths(const proof::Invariant& invariant, int n, int steps_before_death) {
  return selvage::explore(proof::every_execution(), [&invariant, n, steps_before_death] {
    survives::Pool pool;
    std::array<int, 3> at{};  // 0: unknown, but before the beginning
    int main_at = 0;
    const auto check_the_end = proof::in_every_state([&] {
      for (int j = 0; j < n; ++j) {
        proof::Invariant::Values values = common_values(pool, n, j, main_at);
        values["u"] = pool.being_done;
        if (at[0] != 0) values["pa"] = at[0];
        if (at[1] != 0) values["pb"] = at[1];
        if (main_at < 4 || at[2] != 0) values["pm"] = at[2];
        if (!invariant.holds(values)) return false;
      }
      return true;
    });
    std::thread one([&] {
      if (pool.mutex.lock() == EOWNERDEAD) std::abort();
      const int next = pool.next;
      if (next < n && steps_before_death > 0) pool.being_done = next;
      if (next < n && steps_before_death > 1) ++pool.next;
      if (next < n && steps_before_death > 2) pool.results[static_cast<std::size_t>(next)] = next * next;
      if (next < n && steps_before_death > 3) pool.being_done = -1;
      at[0] = 16;
    });
    main_at = 1;
    std::thread other([&] {
      survives::work(pool, n, false);
      at[1] = 15;
    });
    main_at = 2;
    one.join();
    main_at = 3;
    other.join();
    main_at = 4;
    survives::work(pool, n, false);
    at[2] = 15;
    check_the_end();
  });
}

TEST(ProcessPoolMap, TheProofsInvariantsHoldInEveryStateOfTheCode) {
  const proof::Invariant with_atomic(CASE_DIRECTORY "/fixed.smt2");
  for (const int n : {1, 2, 3})
    EXPECT_THAT(explore_with<fixed::Pool>(with_atomic, n, fixed::work), selvage::Proves()) << n;
  const proof::Invariant with_deaths(CASE_DIRECTORY "/survives.smt2");
  for (const int n : {1, 2}) {
    for (const int steps : {0, 1, 2, 3, 4})
      EXPECT_THAT(explore_deaths(with_deaths, n, steps), selvage::Proves()) << n << " " << steps;
  }
}

// The formulas and the code are tied to each other: change either, and a state shows it.
TEST(ProcessPoolMap, TheInvariantOfTheAtomicIndexDoesNotHoldOfAPlainOne) {
  const proof::Invariant with_atomic(CASE_DIRECTORY "/fixed.smt2");
  EXPECT_THAT(explore_with<racy::Pool>(with_atomic, 1, racy::work), selvage::FindsAssertion());
}

TEST(ProcessPoolMap, OtherInvariantsDoNotHoldOfTheCode) {
  const proof::Invariant one_left(CASE_DIRECTORY "/fixed.smt2", "(ite (< j x) 1 0)", "(ite (<= j x) 1 0)");
  EXPECT_THAT(explore_with<fixed::Pool>(one_left, 2, fixed::work), selvage::FindsAssertion());
  // Nobody dies between noting what is done and moving the index on: one does.
  const proof::Invariant always_moved(CASE_DIRECTORY "/survives.smt2", "(<= u x (+ u 1))", "(= x (+ u 1))");
  EXPECT_THAT(explore_deaths(always_moved, 1, 1), selvage::FindsAssertion());
}

}  // namespace
