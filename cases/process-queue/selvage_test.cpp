// What comes out of a queue that two processes put into.
#include <thread>

#include "../explore_form.hpp"
#include "explore.hpp"
#include "over_a_pipe.hpp"
#include "semaphores.hpp"
#include "unlocked.hpp"

namespace {

using processes::explore;
using testing::ElementsAre;

TEST(ProcessQueue, CountedPlacesAreNotEnough) {
  const auto result = explore(unlocked::run, 1);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(1, 2)));
}

TEST(ProcessQueue, SemaphoresKeepEveryItem) {
  EXPECT_THAT(explore(semaphores::run, 1), selvage::Proves(selvage::OutcomeIs(2)));
}

TEST(ProcessQueue, SoDoesAPipe) {
  EXPECT_THAT(explore(over_a_pipe::run, 4), selvage::Proves(selvage::OutcomeIs(10)));
}

// What Z3 proves of models at every size (semaphores.smt2, over_a_pipe.smt2) is looked at in every state of
// the real code: of what the processes run, in threads, and of what main does with them.
template <typename Queue, typename Put, typename Get>
selvage::Result explore_with(const proof::Invariant& invariant, int n, Put put, Get get) {
  return selvage::explore(proof::every_execution(), [&invariant, n, put, get] {
    Queue queue;
    std::array<proof::Steps, 2> puts;
    proof::Steps gets;
    int main_at = 0;
    int sum = 0;
    const auto check_the_end = proof::in_every_state([&] {
      const int i = puts[0].done;
      const int j = puts[1].done;
      proof::Invariant::Values values = {{"n", n},
                                         {"x0", queue.item[0]},
                                         {"x1", queue.item[1]},
                                         {"u", static_cast<int>(queue.put_at)},
                                         {"v", static_cast<int>(queue.get_at)},
                                         {"i", i},
                                         {"j", j},
                                         {"si", i * (i + 1) / 2},
                                         {"sj", j * (j + 1) / 2},
                                         {"k", gets.done},
                                         {"z", sum},
                                         {"f", main_at}};
      puts[0].tell_place(&values, "pa");
      puts[1].tell_place(&values, "pb");
      gets.tell_place(&values, "pc");
      return invariant.holds(values);
    });
    const auto produce = [&](std::size_t which) {
      for (int i = 1; i <= n; ++i) puts[which]([&] { put(queue, i); });
    };
    std::thread one(produce, 0);
    main_at = 1;
    std::thread other(produce, 1);
    main_at = 2;
    for (int i = 0; i < 2 * n; ++i) gets([&] { sum += get(queue); });
    one.join();
    main_at = 3;
    other.join();
    main_at = 4;
    check_the_end();
  });
}

selvage::Result explore_semaphores(const proof::Invariant& invariant, int n) {
  return explore_with<semaphores::Queue>(invariant, n, semaphores::put, semaphores::get);
}

selvage::Result explore_pipe(const proof::Invariant& invariant, int n) {
  return selvage::explore([&invariant, n] {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    proof::Steps puts;
    proof::Steps gets;
    int producer_at = 0;
    int main_at = 0;
    int numbers = 0;
    int sum = 0;
    const auto check_the_end = proof::in_every_state([&] {
      proof::Invariant::Values values = {{"n", n}, {"p", producer_at}, {"m", main_at}};
      if (!puts.inside) values["w"] = puts.done;
      if (!gets.inside) values["k"] = numbers;
      if (!gets.inside) values["z"] = sum;
      return invariant.holds(values);
    });
    producer_at = 1;
    main_at = 1;
    std::thread producer([&] {
      for (int i = 1; i <= n; ++i) puts([&] { over_a_pipe::put(ends[1], i); });
      producer_at = 2;
      close(ends[1]);  // what the end of the process does
    });
    main_at = 2;  // there is one end to write to: it is the producer's
    int value = 0;
    for (bool more = true; more;) {
      gets([&] { more = over_a_pipe::get(ends[0], value); });
      if (!more) break;
      sum += value;
      ++numbers;
    }
    main_at = 3;
    close(ends[0]);
    producer.join();
    main_at = 4;
    check_the_end();
  });
}

TEST(ProcessQueue, TheProofsInvariantsHoldInEveryStateOfTheCode) {
  const proof::Invariant with_semaphores(CASE_DIRECTORY "/semaphores.smt2");
  EXPECT_THAT(explore_semaphores(with_semaphores, 1), selvage::Proves());
  const proof::Invariant with_pipe(CASE_DIRECTORY "/over_a_pipe.smt2");
  for (const int n : {0, 1, 3}) EXPECT_THAT(explore_pipe(with_pipe, n), selvage::Proves());
}

// The formulas and the code are tied to each other: change either, and a state shows it.
TEST(ProcessQueue, TheInvariantOfTheSemaphoresDoesNotHoldWithoutTheOneThatLetsOneIn) {
  const proof::Invariant with_semaphores(CASE_DIRECTORY "/semaphores.smt2");
  EXPECT_THAT(explore_with<unlocked::Queue>(with_semaphores, 1, unlocked::put, unlocked::get),
              selvage::FindsAssertion());
}

TEST(ProcessQueue, OtherInvariantsDoNotHoldOfTheCode) {
  const proof::Invariant never_empty(CASE_DIRECTORY "/semaphores.smt2", "(= (+ z x0 x1", "(= (+ 1 z x0 x1");
  EXPECT_THAT(explore_semaphores(never_empty, 1), selvage::FindsAssertion());
  const proof::Invariant all_but_one(CASE_DIRECTORY "/over_a_pipe.smt2", "(* k (+ k 1))", "(* k (- k 1))");
  EXPECT_THAT(explore_pipe(all_but_one, 1), selvage::FindsAssertion());
}

}  // namespace
