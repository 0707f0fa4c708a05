// Which answers two threads get from one process.
#include <thread>

#include "../explore_form.hpp"
#include "explore.hpp"
#include "locked.hpp"
#include "one_line.hpp"

namespace {

using processes::explore;
using testing::ElementsAre;

TEST(PoolCallFromThread, WithoutALockAnswersAreMixedUp) {
  EXPECT_THAT(explore(one_line::run, 1), selvage::Proves(ElementsAre("mixed-up", "right")));
}

TEST(PoolCallFromThread, WithALockEachGetsItsOwn) {
  EXPECT_THAT(explore(locked::run, 2), selvage::Proves(selvage::OutcomeIs("right")));
}

// What Z3 proves of a model at every size (locked.smt2) is looked at in every state of the real code; the
// worker is a thread here. `square(line, mutex, number)` is how a thread asks.
template <typename Square>
selvage::Result explore_with(const proof::Invariant& invariant, int n, Square square) {
  return selvage::explore([&invariant, n, square] {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
    std::mutex mutex;
    std::array<proof::Steps, 2> steps;
    int answers = 0;
    std::array<int, 2> right = {1, 1};
    bool worker_ended = false;
    int main_at = 0;
    const auto check_the_end = proof::in_every_state([&] {
      proof::Invariant::Values values = {{"n", n},         {"a", steps[0].done}, {"b", steps[1].done},
                                         {"oa", right[0]}, {"ob", right[1]},     {"w", answers},
                                         {"f", main_at}};
      steps[0].tell_place(&values, "pa");
      steps[1].tell_place(&values, "pb");
      if (worker_ended) values["pw"] = 3;
      return invariant.holds(values);
    });
    std::thread worker([&] {
      while (locked::answer(ends[1])) ++answers;
      worker_ended = true;
    });
    main_at = 1;
    const auto ask = [&](std::size_t which, int number) {
      for (int i = 0; i < n; ++i) {
        steps[which]([&] {
          if (square(ends[0], mutex, number) != number * number) right[which] = 0;
        });
      }
    };
    std::thread first(ask, 0, 2);
    main_at = 2;
    std::thread second(ask, 1, 3);
    main_at = 3;
    first.join();
    main_at = 4;
    second.join();
    main_at = 5;
    close(ends[0]);
    main_at = 6;
    worker.join();
    main_at = 7;
    close(ends[1]);
    check_the_end();
  });
}

TEST(PoolCallFromThread, TheProofsInvariantHoldsInEveryStateOfTheCode) {
  const proof::Invariant invariant(CASE_DIRECTORY "/locked.smt2");
  for (const int n : {1, 2}) EXPECT_THAT(explore_with(invariant, n, locked::square), selvage::Proves());
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(PoolCallFromThread, TheProofsInvariantDoesNotHoldWithoutTheLock) {
  const proof::Invariant invariant(CASE_DIRECTORY "/locked.smt2");
  const auto unlocked = [](int line, std::mutex&, int number) {
    std::mutex own;
    return locked::square(line, own, number);
  };
  EXPECT_THAT(explore_with(invariant, 1, unlocked), selvage::FindsAssertion());
}

TEST(PoolCallFromThread, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant one_more(CASE_DIRECTORY "/locked.smt2", "(= w (+ a b s", "(= w (+ 1 a b s");
  EXPECT_THAT(explore_with(one_more, 1, locked::square), selvage::FindsAssertion());
}

}  // namespace
