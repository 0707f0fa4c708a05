// What becomes of a bounded queue that several threads use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <thread>
#include <vector>

#include "blocked.hpp"
#include "check_then_act.hpp"
#include "condition_variables.hpp"
#include "explore.hpp"
#include "invariant.hpp"
#include "private_member.hpp"
#include "semaphores.hpp"

namespace proof {

// What the queues keep to themselves, to be looked at without their locks.
struct ItemsOf {
  using Type = std::deque<int> condition_variables::Queue::*;
  friend Type member(ItemsOf);
};
template struct PrivateMember<ItemsOf, &condition_variables::Queue::items_>;

struct SemaphoresItemsOf {
  using Type = std::deque<int> semaphores::Queue::*;
  friend Type member(SemaphoresItemsOf);
};
template struct PrivateMember<SemaphoresItemsOf, &semaphores::Queue::queue_>;

}  // namespace proof

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(BoundedQueue, LookingAndThenActingOverflowsOrFindsNothing) {
  const auto result = selvage::explore([] { selvage::outcome(check_then_act::run(1)); });
  EXPECT_THAT(result, selvage::Proves(ElementsAre("empty-get", "overflow", "right")));
}

TEST(BoundedQueue, AnOverflowIsAnAssertionWhereOnlyRightIsExpected) {
  selvage::Options options;
  options.expected = {"right"};
  EXPECT_THAT(selvage::explore(options, [] { selvage::outcome(check_then_act::run(3)); }),
              selvage::FindsAssertion());
}

TEST(BoundedQueue, TwoConsumersThatSeeTheLastItemBlockOneForEver) {
  const auto result = selvage::explore([] { selvage::outcome(blocked::run(1)); });
  EXPECT_THAT(result, selvage::FindsDeadlock());
  EXPECT_THAT(result.message, HasSubstr("waits to be notified"));
}

// What the student is to see: both look, both get, and the second finds nothing.
TEST(BoundedQueue, TheConsumerThatComesTooLateIsShownStepByStep) {
  const auto result = selvage::explore([] { selvage::outcome(blocked::run(1)); });
  ASSERT_EQ(result.violations.size(), 1U);
  int locks = 0;
  int waits = 0;
  for (const auto& event : result.violations.front().trace) {
    const bool for_ever = event.text.find("blocked for ever") != std::string::npos;
    if (event.text.starts_with("lock") && !for_ever) ++locks;
    if (event.text.starts_with("wait")) ++waits;
  }
  EXPECT_GE(locks, 4);
  EXPECT_GE(waits, 1);
}

TEST(BoundedQueue, ConditionVariablesPassEverythingInOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(condition_variables::run(1)); }),
              selvage::Proves(selvage::OutcomeIs("1-2")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(condition_variables::run(2)); }),
              selvage::Proves(selvage::OutcomeIs("1-2-3")));
}

TEST(BoundedQueue, SemaphoresPassEverythingInOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(semaphores::run(1)); }),
              selvage::Proves(selvage::OutcomeIs("1-2-3")));
}

// What Z3 proves of models at every size is looked at in every state of the real code (of
// condition_variables.hpp here): run() with counts.
selvage::Result explore_with(const proof::Invariant& invariant, int n, int capacity) {
  return selvage::explore([&invariant, n, capacity] {
    condition_variables::Queue queue(static_cast<std::size_t>(capacity));
    proof::Steps puts;
    proof::Steps gets;
    int in_order = 1;  // main has got 1, 2, 3 ...
    const auto check_the_end = proof::in_every_state([&] {
      const auto length = static_cast<int>((queue.*member(proof::ItemsOf{})).size());
      proof::Invariant::Values values = {
          {"n", n}, {"i", puts.done}, {"q", length}, {"w", gets.done}, {"o", in_order}};
      puts.tell_place(&values, "pp");
      gets.tell_place(&values, "pc");
      return invariant.holds(values);
    });
    std::thread producer([n, &queue, &puts] {
      for (int i = 1; i <= n + 1; ++i) puts([&] { queue.put(i); });
    });
    for (int i = 1; i <= n + 1; ++i) gets([&] { in_order &= queue.get() == i ? 1 : 0; });
    producer.join();
    check_the_end();
  });
}

// The same for semaphores.hpp: what run() does up to the first join, and the takes that follow.
selvage::Result explore_semaphores(const proof::Invariant& invariant, int n, int capacity) {
  return selvage::explore([&invariant, n, capacity] {
    semaphores::Queue queue(capacity);
    proof::Steps puts;
    proof::Steps last_put;
    proof::Steps gets;
    int started = 0;
    int in_order = 1;  // main has got 1, 2, 3 ...
    const auto check_the_end = proof::in_every_state([&] {
      const auto length = static_cast<int>((queue.*member(proof::SemaphoresItemsOf{})).size());
      const int put = puts.done + last_put.done;
      proof::Invariant::Values values = {{"n", n},      {"i", put},       {"b", started},
                                         {"q", length}, {"w", gets.done}, {"o", in_order}};
      if (!puts.inside) gets.tell_place(&values, "pm");
      last_put.tell_place(&values, "pp");
      return invariant.holds(values);
    });
    const auto get = [&](int expected) { gets([&] { in_order &= queue.get() == expected ? 1 : 0; }); };
    for (int i = 1; i <= n; ++i) puts([&] { queue.put(i); });
    started = 1;
    std::thread producer([n, &queue, &last_put] { last_put([&] { queue.put(n + 1); }); });
    get(1);
    producer.join();
    for (int i = 2; i <= n + 1; ++i) get(i);
    check_the_end();
  });
}

TEST(BoundedQueue, TheProofsInvariantsHoldInEveryStateOfTheCode) {
  const proof::Invariant with_conditions(CASE_DIRECTORY "/condition_variables.smt2");
  for (const int n : {1, 2}) EXPECT_THAT(explore_with(with_conditions, n, n), selvage::Proves());
  const proof::Invariant with_semaphores(CASE_DIRECTORY "/semaphores.smt2");
  EXPECT_THAT(explore_semaphores(with_semaphores, 1, 1), selvage::Proves());
}

// The formulas and the code are tied to each other: change either, and a state shows it.
TEST(BoundedQueue, TheProofsInvariantsDoNotHoldOfAQueueWithRoomForMore) {
  const proof::Invariant with_conditions(CASE_DIRECTORY "/condition_variables.smt2");
  EXPECT_THAT(explore_with(with_conditions, 1, 2), selvage::FindsAssertion());
  const proof::Invariant with_semaphores(CASE_DIRECTORY "/semaphores.smt2");
  EXPECT_THAT(explore_semaphores(with_semaphores, 1, 2), selvage::FindsAssertion());
}

TEST(BoundedQueue, OtherInvariantsDoNotHoldOfTheCode) {
  const proof::Invariant never_full(CASE_DIRECTORY "/condition_variables.smt2", "Bool (<= 0 q n))",
                                    "Bool (and (<= 0 q) (< q n)))");
  EXPECT_THAT(explore_with(never_full, 1, 1), selvage::FindsAssertion());
  const proof::Invariant fewer_places(CASE_DIRECTORY "/semaphores.smt2", "(= n (+ s q", "(= n (+ s q 1");
  EXPECT_THAT(explore_semaphores(fewer_places, 1, 1), selvage::FindsAssertion());
}

}  // namespace
