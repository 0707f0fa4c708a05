// What a page says on which two processes have greeted.
#include <thread>

#include "../explore_form.hpp"
#include "explore.hpp"
#include "lines.hpp"
#include "racy.hpp"

namespace {

using processes::explore;
using testing::ElementsAre;

TEST(ProcessGreetings, WithoutALockAreADataRaceThatLosesLetters) {
  const auto result = explore(racy::run, 1);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::CanReach("HiYo"));
  EXPECT_THAT(result, selvage::CanReach("HY"));
  EXPECT_EQ(result.outcomes.size(), 20U);
}

TEST(ProcessGreetings, WithALockComeOutWholeInBothOrders) {
  EXPECT_THAT(explore(lines::run, 1), selvage::Proves(ElementsAre("HiYo", "YoHi")));
}

// What Z3 proves of a model at every size (lines.smt2) is looked at in every state of the real code: of what
// the processes run, in threads, for each greeting.
template <typename Page, typename Greet>
selvage::Result explore_with(const proof::Invariant& invariant, int n, Greet greet) {
  return selvage::explore(proof::every_execution(), [&invariant, n, greet] {
    Page page = Page();
    std::array<proof::Steps, 2> steps;
    int main_at = 0;
    const auto letter = [&page](int at) {
      return static_cast<int>(std::string("HiYo").find(page.text[static_cast<std::size_t>(at)]) + 1);
    };
    const auto check_the_end = proof::in_every_state([&] {
      for (int k = 0; k < 2 * n; ++k) {
        proof::Invariant::Values values = {{"n", n},
                                           {"k", k},
                                           {"u", static_cast<int>(page.used)},
                                           {"x", letter(2 * k)},
                                           {"y", letter(2 * k + 1)},
                                           {"a", steps[0].done},
                                           {"b", steps[1].done},
                                           {"f", main_at}};
        steps[0].tell_place(&values, "pa");
        steps[1].tell_place(&values, "pb");
        if (!invariant.holds(values)) return false;
      }
      return true;
    });
    const auto repeat = [&](std::size_t which, const char* greeting) {
      for (int i = 0; i < n; ++i) steps[which]([&] { greet(page, greeting, 1); });
    };
    std::thread first(repeat, 0, "Hi");
    main_at = 1;
    std::thread second(repeat, 1, "Yo");
    main_at = 2;
    first.join();
    main_at = 3;
    second.join();
    main_at = 4;
    check_the_end();
  });
}

TEST(ProcessGreetings, TheProofsInvariantHoldsInEveryStateOfTheCode) {
  const proof::Invariant invariant(CASE_DIRECTORY "/lines.smt2");
  for (const int n : {1, 2})
    EXPECT_THAT(explore_with<lines::Page>(invariant, n, lines::greet), selvage::Proves());
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(ProcessGreetings, TheProofsInvariantDoesNotHoldWithoutTheLock) {
  const proof::Invariant invariant(CASE_DIRECTORY "/lines.smt2");
  EXPECT_THAT(explore_with<racy::Page>(invariant, 1, racy::greet), selvage::FindsAssertion());
}

TEST(ProcessGreetings, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant never_yo(CASE_DIRECTORY "/lines.smt2",
                                  "(or (and (= x 1) (= y 2)) (and (= x 3) (= y 4)))",
                                  "(and (= x 1) (= y 2))");
  EXPECT_THAT(explore_with<lines::Page>(never_yo, 1, lines::greet), selvage::FindsAssertion());
}

}  // namespace
