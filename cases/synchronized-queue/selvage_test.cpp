// What the consumer of a queue gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "explore.hpp"
#include "fixed.hpp"
#include "if_wait.hpp"
#include "invariant.hpp"
#include "private_member.hpp"
#include "racy.hpp"

namespace proof {

// What the queue keeps to itself, to be looked at without its lock.
struct ItemsOf {
  using Type = std::deque<int> fixed::Queue::*;
  friend Type member(ItemsOf);
};
template struct PrivateMember<ItemsOf, &fixed::Queue::items_>;

struct UnfinishedOf {
  using Type = int fixed::Queue::*;
  friend Type member(UnfinishedOf);
};
template struct PrivateMember<UnfinishedOf, &fixed::Queue::unfinished_>;

}  // namespace proof

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(SynchronizedQueue, AnOrdinaryQueueIsADataRace) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  EXPECT_THAT(selvage::explore(options, [] { selvage::outcome(racy::run(3)); }),
              AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(0, 1, 3, 6))));
}

TEST(SynchronizedQueue, WokenForNothingIfTakesFromAnEmptyQueue) {
  const auto result = selvage::explore([] { selvage::outcome(if_wait::run(1)); });
  EXPECT_THAT(result, selvage::Finds(selvage::Verdict::exception));
  EXPECT_THAT(result.message, HasSubstr("std::out_of_range"));
}

// What the student is to see: nobody has notified, and the thread goes on all the same.
TEST(SynchronizedQueue, TheWakingForNothingIsShownStepByStep) {
  const auto result = selvage::explore([] { selvage::outcome(if_wait::run(1)); });
  ASSERT_EQ(result.violations.size(), 1U);
  std::vector<std::string> steps;
  for (const auto& event : result.violations.front().trace) {
    if (event.thread == 1) steps.push_back(event.text.substr(0, event.text.find(' ')));
    if (event.text.starts_with("wait")) {
      EXPECT_THAT(event.text, HasSubstr("will wake spuriously"));
    }
    EXPECT_THAT(event.text, testing::Not(HasSubstr("notify_one")));
  }
  std::erase(steps, "read");
  ASSERT_GE(steps.size(), 3U);
  steps.resize(3);
  EXPECT_THAT(steps, ElementsAre("lock", "wait", "lock"));
}

TEST(SynchronizedQueue, WithWhileNothingIsLostOrDoubledOrOutOfOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(1)); }),
              selvage::Proves(selvage::OutcomeIs("1")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(2)); }),
              selvage::Proves(selvage::OutcomeIs("1-2")));
}

// What Z3 proves of a model at every size (fixed.smt2) is looked at in every state of the real code.
selvage::Result explore_with(const proof::Invariant& invariant, int n, void (*consume)(fixed::Job& job)) {
  return selvage::explore([&invariant, n, consume] {
    const auto job = std::make_shared<fixed::Job>();
    proof::Steps puts;
    proof::Steps join;
    const auto check_the_end = proof::in_every_state([&] {
      // How many were worked on, and were they 1, 2, 3 ...?
      int worked = 0;
      std::string in_order;
      while (in_order.size() < job->taken.size()) {
        ++worked;
        in_order += (in_order.empty() ? "" : "-") + std::to_string(worked);
      }
      const auto waiting = static_cast<int>((job->queue.*member(proof::ItemsOf{})).size());
      proof::Invariant::Values values = {{"n", n},
                                         {"i", puts.done},
                                         {"r", join.done},
                                         {"q", waiting},
                                         {"u", job->queue.*member(proof::UnfinishedOf{})},
                                         {"w", worked},
                                         {"o", in_order == job->taken ? 1 : 0}};
      if (!puts.inside) join.tell_place(&values, "pm");
      return invariant.holds(values);
    });
    std::thread([job, consume] { consume(*job); }).detach();
    for (int i = 1; i <= n; ++i) puts([&] { job->queue.put(i); });
    join([&] { job->queue.join(); });
    check_the_end();
  });
}

TEST(SynchronizedQueue, TheProofsInvariantHoldsInEveryStateOfTheCode) {
  const proof::Invariant invariant(CASE_DIRECTORY "/fixed.smt2");
  for (const int n : {0, 1}) EXPECT_THAT(explore_with(invariant, n, fixed::consume), selvage::Proves());
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(SynchronizedQueue, TheProofsInvariantDoesNotHoldOfAConsumerThatIsDoneBeforeItWorks) {
  const proof::Invariant invariant(CASE_DIRECTORY "/fixed.smt2");
  const auto consume = [](fixed::Job& job) {
    for (;;) {
      const int item = job.queue.take();
      job.queue.done();
      job.taken += (job.taken.empty() ? "" : "-") + std::to_string(item);
    }
  };
  EXPECT_THAT(explore_with(invariant, 1, consume), selvage::FindsAssertion());
}

TEST(SynchronizedQueue, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant less(CASE_DIRECTORY "/fixed.smt2", "(=> (= r 1) (and (= i n)",
                              "(=> (= r 1) (and (< i n)");
  EXPECT_THAT(explore_with(less, 1, fixed::consume), selvage::FindsAssertion());
}

}  // namespace
