// Orders weakened and locks dropped at run time, through the API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using selvage::Proves;
using selvage::Verdict;
using testing::HasSubstr;

std::string at(unsigned line, const std::string& order = "") {
  return "changes_test.cpp:" + std::to_string(line) + (order.empty() ? "" : "=" + order);
}

selvage::Options rc11() {
  selvage::Options options;
  options.model = "rc11";
  return options;
}

std::string refused(const selvage::Options& options, const std::function<void()>& body) {
  try {
    static_cast<void>(selvage::explore(options, body));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

// --- a message behind a flag ---

constexpr unsigned kStore = __LINE__ + 3;
void raise(std::atomic<int>& flag, int& message) {
  message = 42;
  flag.store(1, std::memory_order_release);
}
constexpr unsigned kLoad = __LINE__ + 1;
bool is_up(const std::atomic<int>& flag) { return flag.load(std::memory_order_acquire) == 1; }
void pass_message() {
  std::atomic<int> flag{0};
  int message = 0;
  std::thread sender([&] { raise(flag, message); });
  if (is_up(flag)) selvage::check(message == 42);
  sender.join();
}

TEST(Changes, BothOrdersOfAMessageAreNeeded) {
  EXPECT_THAT(selvage::explore(rc11(), pass_message), Proves());
  for (const unsigned line : {kStore, kLoad}) {
    for (const char* model : {"sc", "rc11"}) {
      selvage::Options options;
      options.model = model;
      options.weaken = {at(line, "relaxed")};
      const selvage::Result result = selvage::explore(options, pass_message);
      EXPECT_EQ(result.verdict, Verdict::data_race) << result;
      EXPECT_EQ(result.weaken, options.weaken);
      EXPECT_THAT(result.report(), HasSubstr("with the order at " + at(line) + " weakened to relaxed"));
    }
  }
}

TEST(Changes, AScheduleBringsItsChanges) {
  selvage::Options options = rc11();
  options.weaken = {at(kStore, "relaxed")};
  const selvage::Result found = selvage::explore(options, pass_message);
  ASSERT_FALSE(found.violations.empty());
  selvage::Options replay = rc11();
  replay.search = selvage::Search::replay;
  replay.replay_schedule = found.violations[0].schedule;
  EXPECT_THAT(replay.replay_schedule, HasSubstr("weaken=" + at(kStore, "relaxed")));
  const selvage::Result again = selvage::explore(replay, pass_message);
  EXPECT_EQ(again.verdict, Verdict::data_race) << again;
  EXPECT_EQ(again.weaken, options.weaken);
  EXPECT_EQ(again.violations.at(0).message, found.violations[0].message);
}

TEST(Changes, AnOrderOfThePartThatAnAccessCanHave) {
  selvage::Options options = rc11();
  options.weaken = {at(kStore, "acquire")};  // of which a store can have nothing
  EXPECT_EQ(selvage::explore(options, pass_message).verdict, Verdict::data_race);
  options.weaken = {at(kStore, "release"), at(kLoad, "acquire")};  // as written
  EXPECT_THAT(selvage::explore(options, pass_message), Proves());
}

TEST(Changes, WhatCannotBeDoneIsRefusedInOneLine) {
  selvage::Options options = rc11();
  options.weaken = {at(kStore, "seq_cst")};
  EXPECT_THAT(refused(options, pass_message),
              HasSubstr("the order of the store there is release, which is not stronger"));
  options.weaken = {at(1, "relaxed")};
  EXPECT_THAT(refused(options, pass_message), HasSubstr("no code at this line"));
  options.weaken = {"nowhere.cpp:3=relaxed"};
  EXPECT_THAT(refused(options, pass_message), HasSubstr("no such file"));
  options.weaken = {at(kStore - 1, "relaxed")};
  EXPECT_THAT(refused(options, pass_message), HasSubstr("no atomic access and no fence was met"));
  options.weaken = {"nonsense"};
  EXPECT_THAT(refused(options, pass_message), HasSubstr("FILE:LINE=ORDER"));
  options.weaken.clear();
  options.drop_lock = {at(kStore)};
  EXPECT_THAT(refused(options, pass_message), HasSubstr("no mutex or read-write lock was met"));
}

constexpr unsigned kExchange = __LINE__ + 2;
bool claim(std::atomic<int>& owner, int expected) {
  return owner.compare_exchange_strong(expected, 1, std::memory_order_acq_rel, std::memory_order_acquire);
}

TEST(Changes, BothOrdersOfACompareExchangeAreWeakened) {
  // Whoever loses reads what the winner wrote: by the failure order alone.
  const auto body = [] {
    std::atomic<int> owner{0};
    int written = 0;
    std::thread other([&] {
      written = 7;
      owner.store(2, std::memory_order_release);
    });
    if (!claim(owner, 0)) selvage::check(written == 7);
    other.join();
  };
  EXPECT_THAT(selvage::explore(rc11(), body), Proves());
  selvage::Options options = rc11();
  options.weaken = {at(kExchange, "acquire")};
  EXPECT_THAT(selvage::explore(options, body), Proves());
  options.weaken = {at(kExchange, "release")};
  EXPECT_EQ(selvage::explore(options, body).verdict, Verdict::data_race);
}

constexpr unsigned kFence = __LINE__ + 1;
void fence() { std::atomic_thread_fence(std::memory_order_release); }

TEST(Changes, FencesAreWeakenedToo) {
  const auto body = [] {
    std::atomic<int> flag{0};
    int message = 0;
    std::thread sender([&] {
      message = 1;
      fence();
      flag.store(1, std::memory_order_relaxed);
    });
    if (is_up(flag)) selvage::check(message == 1);
    sender.join();
  };
  EXPECT_THAT(selvage::explore(rc11(), body), Proves());
  selvage::Options options = rc11();
  options.weaken = {at(kFence, "relaxed")};
  EXPECT_EQ(selvage::explore(options, body).verdict, Verdict::data_race);
}

// --- locks ---

constexpr unsigned kGuard = __LINE__ + 3;
template <typename Lock, typename Mutex>
void increment(Mutex& mutex, int& counter) {
  const Lock lock(mutex);
  ++counter;
}

template <typename Lock, typename Mutex>
void expect_needed() {
  const auto body = [] {
    Mutex mutex;
    int counter = 0;
    std::thread a([&] { increment<Lock>(mutex, counter); }), b([&] { increment<Lock>(mutex, counter); });
    a.join();
    b.join();
    selvage::check(counter == 2);
  };
  EXPECT_THAT(selvage::explore(body), Proves());
  selvage::Options options;
  options.drop_lock = {at(kGuard)};
  for (const selvage::Search search :
       {selvage::Search::exhaustive, selvage::Search::graphs, selvage::Search::stateful}) {
    options.search = search;
    const selvage::Result result = selvage::explore(options, body);
    EXPECT_EQ(result.verdict, Verdict::data_race) << result;
    EXPECT_THAT(result.report(), HasSubstr("(dropped)"));
  }
}

TEST(Changes, EveryKindOfLockIsDropped) {
  expect_needed<std::lock_guard<std::mutex>, std::mutex>();
  expect_needed<std::unique_lock<std::mutex>, std::mutex>();
  expect_needed<std::scoped_lock<std::recursive_mutex>, std::recursive_mutex>();
  expect_needed<std::unique_lock<std::timed_mutex>, std::timed_mutex>();
  expect_needed<std::unique_lock<std::shared_mutex>, std::shared_mutex>();
}

TEST(Changes, OfAReadWriteLockOneSideIsDropped) {
  static constexpr unsigned kReader = __LINE__ + 6;
  const auto body = [] {
    std::shared_mutex mutex;
    int value = 0;
    std::thread writer([&] { increment<std::lock_guard<std::shared_mutex>>(mutex, value); });
    {
      const std::shared_lock<std::shared_mutex> lock(mutex);
      selvage::check(value <= 1);
    }
    writer.join();
  };
  EXPECT_THAT(selvage::explore(body), Proves());
  selvage::Options options;
  options.drop_lock = {at(kReader)};
  EXPECT_EQ(selvage::explore(options, body).verdict, Verdict::data_race);
  options.drop_lock = {at(kGuard)};
  EXPECT_EQ(selvage::explore(options, body).verdict, Verdict::data_race);
}

TEST(Changes, AWaitWithADroppedLock) {
  static constexpr unsigned kWaiter = __LINE__ + 11;
  const auto body = [] {
    std::mutex mutex;
    std::condition_variable changed;
    bool set = false;
    std::thread setter([&] {
      const std::lock_guard<std::mutex> lock(mutex);
      set = true;
      changed.notify_one();
    });
    {
      std::unique_lock<std::mutex> lock(mutex);
      while (!set) changed.wait(lock);
    }
    setter.join();
  };
  EXPECT_THAT(selvage::explore(body), Proves());
  selvage::Options options;
  options.drop_lock = {at(kWaiter)};
  EXPECT_EQ(selvage::explore(options, body).verdict, Verdict::data_race);
  options.races = selvage::Races::ignore;
  options.executions = 20000;
  options.keep_going = true;
  const selvage::Result all = selvage::explore(options, body);
  EXPECT_TRUE(std::any_of(all.violations.begin(), all.violations.end(),
                          [](const auto& violation) { return violation.kind == Verdict::deadlock; }))
      << "the flag is looked at, set and told of, and only then waited for:\n"
      << all;
}

TEST(Changes, AnOuterFrameNamesALockToo) {
  static constexpr unsigned kCall = __LINE__ + 4;
  const auto body = [] {
    std::mutex mutex;
    int counter = 0;
    std::thread a([&] { increment<std::lock_guard<std::mutex>>(mutex, counter); });
    increment<std::lock_guard<std::mutex>>(mutex, counter);
    a.join();
  };
  selvage::Options options;
  options.drop_lock = {at(kCall)};
  EXPECT_EQ(selvage::explore(options, body).verdict, Verdict::data_race);
}

TEST(Changes, SitesAreListed) {
  selvage::Options options = rc11();
  options.list_sites = true;
  const selvage::Result result = selvage::explore(options, pass_message);
  ASSERT_EQ(result.sites.size(), 2U);
  EXPECT_EQ(result.sites[0].where.line, kStore);
  EXPECT_EQ(result.sites[0].what, "store");
  EXPECT_EQ(result.sites[0].order, "release");
  EXPECT_EQ(result.sites[1].where.line, kLoad);
  EXPECT_EQ(result.sites[1].order, "acquire");
  EXPECT_FALSE(result.sites[1].library);
}

}  // namespace
