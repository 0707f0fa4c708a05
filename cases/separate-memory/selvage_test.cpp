// What processes see of each other that have no memory in common.
#include <thread>

#include "../explore_form.hpp"
#include "copies.hpp"
#include "explore.hpp"
#include "locked.hpp"
#include "manager.hpp"

namespace {

using processes::explore;
using testing::ElementsAre;

TEST(SeparateMemory, TheChildsAppendIsInvisible) {
  EXPECT_THAT(explore(copies::run, 3), selvage::Proves(selvage::OutcomeIs("1,4")));
}

TEST(SeparateMemory, AManagerIsNoDataRaceAndLosesUpdates) {
  EXPECT_THAT(explore(manager::run, 1), selvage::Proves(ElementsAre(1, 2)));
}

TEST(SeparateMemory, ALockAroundGetAndSetKeepsAll) {
  EXPECT_THAT(explore(locked::run, 1), selvage::Proves(selvage::OutcomeIs(2)));
  EXPECT_THAT(explore(locked::run, 2), selvage::Proves(selvage::OutcomeIs(4)));
}

// What Z3 proves of a model at every size (locked.smt2) is looked at in every state of the real code: of what
// the processes run, in threads. `add` is what one of the two does once.
template <typename Add>
selvage::Result explore_with(const proof::Invariant& invariant, int n, Add add) {
  return selvage::explore([&invariant, n, add] {
    const messages::Lines lines;
    locked::Lock lock;
    std::array<proof::Steps, 2> steps;
    int value = 0;
    bool manager_ended = false;
    int main_at = 0;
    int status = 0;
    const auto check_the_end = proof::in_every_state([&] {
      proof::Invariant::Values values = {{"n", n},     {"a", steps[0].done}, {"b", steps[1].done},
                                         {"v", value}, {"f", main_at},       {"r", status}};
      steps[0].tell_place(&values, "pa");
      steps[1].tell_place(&values, "pb");
      if (manager_ended) values["pm"] = 3;
      return invariant.holds(values);
    });
    const auto work = [&](std::size_t which) {
      for (int i = 0; i < n; ++i) steps[which]([&] { add(lines, lock, static_cast<int>(which)); });
    };
    std::thread manager([&] {
      while (messages::answer(lines, value)) {
      }
      manager_ended = true;
    });
    main_at = 1;
    std::thread first(work, 0);
    main_at = 2;
    std::thread second(work, 1);
    main_at = 3;
    first.join();
    second.join();
    main_at = 6;
    close(lines.questions.ends[1]);  // what the ends of the processes do
    manager.join();
    status = value % 256;
    main_at = 7;
    close(lines.questions.ends[0]);
    for (const messages::Pipe& pipe : lines.answers) pipe.close_both();
    check_the_end();
  });
}

void add_once(const messages::Lines& lines, locked::Lock& lock, int from) {
  locked::add(lines, lock, from, 1);
}

TEST(SeparateMemory, TheProofsInvariantHoldsInEveryStateOfTheCode) {
  const proof::Invariant invariant(CASE_DIRECTORY "/locked.smt2");
  for (const int n : {1, 2}) EXPECT_THAT(explore_with(invariant, n, add_once), selvage::Proves());
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(SeparateMemory, TheProofsInvariantDoesNotHoldWithoutTheLock) {
  const proof::Invariant invariant(CASE_DIRECTORY "/locked.smt2");
  const auto unlocked = [](const messages::Lines& lines, locked::Lock&, int from) {
    manager::add(lines, from, 1);
  };
  EXPECT_THAT(explore_with(invariant, 1, unlocked), selvage::FindsAssertion());
}

TEST(SeparateMemory, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant one_more(CASE_DIRECTORY "/locked.smt2", "(= v (+ a b", "(= v (+ a b 1");
  EXPECT_THAT(explore_with(one_more, 1, add_once), selvage::FindsAssertion());
}

}  // namespace
