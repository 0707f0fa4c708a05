// What is said of races, and what is explored beyond them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <thread>

#include "unseen.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

selvage::Options explore_on() {
  selvage::Options options;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  return options;
}

TEST(Races, AFreeComesBeforeTheReadAndAfterIt) {
  const auto result = selvage::explore(explore_on(), [] {
    int* number = new int(7);
    int seen = 0;
    std::thread reader([number, &seen] { seen = *number; });
    delete number;
    reader.join();
    selvage::outcome(seen);
  });
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::Finds(selvage::Verdict::use_after_free));
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(7)));
  EXPECT_EQ(result.executions, 2U);
}

// Of two blocks freed by two threads each, every order of freeing one of them is a double free.
TEST(Races, TwoThreadsFreeTheSameBlock) {
  const auto result = selvage::explore(explore_on(), [] {
    int* number = new int(7);
    std::thread other([number] { delete number; });
    delete number;
    other.join();
  });
  EXPECT_THAT(result, selvage::Finds(selvage::Verdict::double_free));
}

long message = 0;
bool ready = false;

TEST(Races, EachIsToldWithItsOwnAccesses) {
  const auto result = selvage::explore(explore_on(), [] {
    message = 0;
    ready = false;
    std::thread sending([] {
      message = 42;
      ready = true;
    });
    while (!ready) std::this_thread::yield();
    selvage::outcome(message);
    sending.join();
  });
  std::size_t races = 0;
  for (const auto& violation : result.violations) {
    if (violation.kind != selvage::Verdict::data_race) continue;
    ++races;
    const bool of_message = violation.message.find("message") != std::string::npos;
    ASSERT_EQ(violation.accesses.size(), 2U);
    for (const auto& access : violation.accesses) {
      EXPECT_EQ(access.size, of_message ? sizeof message : sizeof ready) << violation.message;
      EXPECT_THAT(violation.trace.at(access.event).text, HasSubstr(of_message ? "message" : "ready"));
    }
  }
  EXPECT_EQ(races, 2U);
}

// With Races::stop an execution ends at its race: what would have come after it was not seen.
TEST(Races, ASearchThatStopsAtRacesIsNotComplete) {
  selvage::Options options;
  options.keep_going = true;
  const auto result = selvage::explore(options, [] {
    int count = 0;
    std::thread other([&] { ++count; });
    ++count;
    other.join();
    selvage::outcome(count);
  });
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_FALSE(result.complete);
}

// Both in one granule of the detector, and only the plain one races.
struct {
  int text = 0;
  std::atomic<bool> sent = false;
} shared;

TEST(Races, AnAtomicNeighbourIsNotTakenForTheAccess) {
  const auto result = selvage::explore(explore_on(), [] {
    shared.text = 0;
    shared.sent = false;
    std::thread sending([] {
      shared.text = 42;
      shared.sent.store(true, std::memory_order_relaxed);
    });
    while (!shared.sent.load(std::memory_order_relaxed)) std::this_thread::yield();
    selvage::outcome(shared.text);
    sending.join();
  });
  ASSERT_THAT(result, selvage::FindsDataRace());
  for (const auto& access : result.violations.front().accesses) {
    EXPECT_FALSE(access.atomic);
    EXPECT_THAT(result.violations.front().trace.at(access.event).text, HasSubstr("shared.text"));
  }
}

// A loop that looks at a plain variable makes no event that the search could stop it at.
void poll_between(void (*pause)()) {
  for (const auto races : {selvage::Races::stop, selvage::Races::explore}) {
    selvage::Options options;
    options.races = races;
    options.keep_going = races == selvage::Races::explore;
    options.max_events = 2000;
    const auto result = selvage::explore(options, [pause] {
      bool raised = false;
      std::thread poller([&] {
        while (!*const_cast<volatile bool*>(&raised)) pause();
      });
      raised = true;
      poller.join();
    });
    EXPECT_THAT(result, selvage::FindsDataRace());
    if (races == selvage::Races::explore) {
      EXPECT_TRUE(result.complete) << result;
    }
  }
}

TEST(Races, PollingIsFoundWhateverIsDoneBetweenLooks) {
  poll_between([] { std::this_thread::yield(); });
  poll_between([] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); });
  poll_between([] { std::atomic_thread_fence(std::memory_order_acquire); });
}

// "There is no requirement that the ID be available before the new thread starts": the new thread must be told that it is.
void read_own_id(bool told) {
  struct Common {
    pthread_t id{};
    std::mutex created;
    bool told = false;
  } common;
  common.told = told;
  const auto read = [](void* p) -> void* {
    auto& of = *static_cast<Common*>(p);
    if (of.told) of.created.lock();
    selvage::outcome(pthread_equal(of.id, pthread_self()) != 0);
    if (of.told) of.created.unlock();
    return nullptr;
  };
  if (told) common.created.lock();
  pthread_create(&common.id, nullptr, read, &common);
  if (told) common.created.unlock();
  pthread_join(common.id, nullptr);
}

TEST(Races, AThreadReadsItsIdWhereItsCreatorWritesIt) {
  EXPECT_THAT(selvage::explore([] { read_own_id(false); }), selvage::FindsDataRace());
  EXPECT_THAT(selvage::explore(explore_on(), [] { read_own_id(false); }), selvage::FindsDataRace());
  EXPECT_THAT(selvage::explore([] { read_own_id(true); }), selvage::Proves());
  EXPECT_THAT(selvage::explore([] {
                struct Worker {
                  std::thread::id seen;
                  std::thread thread{[this] { seen = thread.get_id(); }};  // the member is still being made
                } worker;
                worker.thread.join();
              }),
              selvage::FindsDataRace());
}

TEST(Races, AJoinWritesTheResult) {
  const auto join_both = [](bool apart) {
    return selvage::explore([apart] {
      void *one = nullptr, *two = nullptr;
      pthread_t t, u;
      const auto nothing = [](void* p) { return p; };
      pthread_create(&t, nullptr, nothing, nullptr);
      pthread_create(&u, nullptr, nothing, nullptr);
      std::thread other([&] { pthread_join(t, &one); });
      pthread_join(u, apart ? &two : &one);
      other.join();
    });
  };
  EXPECT_THAT(join_both(false), selvage::FindsDataRace());
  EXPECT_THAT(join_both(true), selvage::Proves());
}

// A write without a hook has come between: the read is not from the one that the trace shows before it.
TEST(Races, AReadIsFromNoWriteThatItsValueIsNotOf) {
  static std::uint64_t value = 0;
  const auto read_in_trace = [](bool unseen) {
    const auto result = selvage::explore([unseen] {
      value = 0;
      std::thread other([] { value = 1; });
      other.join();
      if (unseen) write_unseen(&value, 5);
      const std::uint64_t seen = value;
      selvage::check(seen == 7);
    });
    std::string all;
    for (const auto& violation : result.violations) {
      for (const auto& event : violation.trace) {
        if (event.text.starts_with("read")) all += event.text + "\n";
      }
    }
    return all;
  };
  EXPECT_THAT(read_in_trace(true), testing::AllOf(HasSubstr("= 5"), testing::Not(HasSubstr("from"))));
  EXPECT_THAT(read_in_trace(false), testing::AllOf(HasSubstr("= 1"), HasSubstr("from")));
}

}  // namespace
