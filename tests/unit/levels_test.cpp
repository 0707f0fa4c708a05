// The stateful search where states are not kept: level by level, with any number of processes the same as
// with all states kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/utsname.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "outcomes.hpp"
#include "two-threads/atomic.hpp"
#include "two-threads/fixed.hpp"
#include "two-threads/racy.hpp"

namespace {

using selvage::explore;
using selvage::Verdict;
using testing::HasSubstr;

selvage::Options options_with(std::uint64_t visited, unsigned workers) {
  selvage::Options options;
  options.search = selvage::Search::stateful;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  options.seconds = 100;
  options.visited = visited;
  options.workers = workers;
  return options;
}

/// All states kept, and two levels with 1, 2 and 3 processes: the same is found. `counts`: in as many states, too, which takes
/// that nothing is left behind when something is done for the first time (docs/stateful.md).
void expect_agreement(const std::function<void()>& body, bool counts = true) {
  const auto kept = explore(options_with(256, 1), body);
  std::vector<std::size_t> lengths;
  for (const unsigned workers : {1U, 2U, 3U}) {
    SCOPED_TRACE(std::to_string(workers) + " processes");
    const auto levels = explore(options_with(0, workers), body);
    EXPECT_EQ(levels.verdict, kept.verdict) << levels << kept;
    EXPECT_EQ(levels.complete, kept.complete) << levels;
    if (counts) {
      EXPECT_EQ(levels.states, kept.states);
      EXPECT_EQ(levels.transitions, kept.transitions);
      EXPECT_EQ(levels.executions, kept.executions);
      EXPECT_EQ(levels.events, kept.events);
    }
    EXPECT_EQ(outcomes(levels), outcomes(kept));
    ASSERT_EQ(levels.violations.size(), kept.violations.size());
    for (std::size_t i = 0; i < kept.violations.size(); ++i) {
      EXPECT_EQ(levels.violations[i].kind, kept.violations[i].kind);
      // Which of several ways of the same length: e2e.levels. Here addresses differ between explorations.
      if (workers == 1) lengths.push_back(levels.violations[i].schedule.size());
      EXPECT_EQ(levels.violations[i].schedule.size(), lengths[i]);
    }
  }
}

class Size : public testing::TestWithParam<int> {};

TEST_P(Size, Locked) {
  expect_agreement([] { selvage::outcome(fixed::run(GetParam())); });
}

TEST_P(Size, Atomic) {
  expect_agreement([] { selvage::outcome(atomic::run(GetParam())); });
}

// That somebody tries locks is found after states in which others have unlocked without a branch: they are gone
// through again, whoever finds it.
TEST(Levels, StartOverWhereALockIsTriedLate) {
  const auto body = [] {
    std::mutex m;
    std::atomic<int> others{0};
    std::thread t([&m] {
      m.lock();
      m.unlock();
    });
    for (int i = 0; i < 8; ++i) others.fetch_add(1);
    const bool got = m.try_lock();
    if (got) m.unlock();
    t.join();
    selvage::outcome(got);
  };
  expect_agreement(body);
  EXPECT_THAT(outcomes(explore(options_with(0, 1), body)), testing::SizeIs(2));
}

// So it is with a store to an atomic location that none was expected to come to, whoever finds it; and the race that it leads to is found.
TEST(Levels, StartOverWhereAStoreComesLate) {
  const auto body = [](bool hides) {
    return [hides] {
      std::atomic<int> x{0}, steps{0};
      int data = 0;
      std::thread writer([&] {
        data = 1;
        x.fetch_add(1);
      });
      std::thread other([&] {
        for (int i = 0; i < 8; ++i) steps.fetch_add(1);
        if (x.load(std::memory_order_relaxed) == 1) {
          x.store(5, hides ? std::memory_order_relaxed : std::memory_order_release);
        } else {
          x.fetch_add(0, std::memory_order_relaxed);  // as many steps
        }
      });
      std::thread reader([&] {
        const int seen = x.fetch_add(0);
        selvage::outcome(seen == 5 && hides ? data : seen);
      });
      writer.join();
      other.join();
      reader.join();
    };
  };
  expect_agreement(body(false));
  for (const unsigned workers : {1U, 2U, 3U}) {
    EXPECT_EQ(explore(options_with(0, workers), body(false)).verdict, Verdict::proved) << workers;
    const auto result = explore(options_with(0, workers), body(true));
    EXPECT_EQ(result.verdict, Verdict::data_race) << result;
    EXPECT_THAT(outcomes(result), testing::ElementsAre("0", "1"));
  }
}

TEST(Levels, CheckpointsAreForWholePrograms) {
  selvage::Options options = options_with(0, 1);
  options.checkpoint = "/tmp/no-checkpoint";
  EXPECT_THROW(explore(options, [] {}), std::invalid_argument);
  options.checkpoint.clear();
  options.resume = "/tmp/no-checkpoint";
  EXPECT_THROW(explore(options, [] {}), std::invalid_argument);
}

// The race makes the search start over; the schedule of the race is of the search before.
TEST_P(Size, Racy) {
  expect_agreement([] { selvage::outcome(racy::run(GetParam())); });
}

INSTANTIATE_TEST_SUITE_P(Levels, Size, testing::Values(1, 2, 5, 12));

TEST(Levels, AViolationHasAWayThatReplays) {
  const auto body = [] { selvage::outcome(fixed::run(12)); };
  std::string schedule;
  for (const unsigned workers : {1U, 2U, 3U}) {
    auto options = options_with(0, workers);
    options.keep_going = false;
    options.expected = {"25"};
    const auto result = explore(options, body);
    ASSERT_EQ(result.verdict, Verdict::assertion) << result;
    ASSERT_FALSE(result.violations[0].schedule.empty());
    if (schedule.empty()) schedule = result.violations[0].schedule;
    EXPECT_EQ(result.violations[0].schedule, schedule) << "with " << workers << " processes";
    options.search = selvage::Search::replay;
    options.replay_schedule = schedule;
    EXPECT_EQ(explore(options, body).verdict, Verdict::assertion);
  }
}

// A state that comes up again is one that two levels do not know.
TEST(Levels, WhatGoesRoundIsNotProved) {
  const auto body = [] {
    std::mutex mutex;
    std::condition_variable changed;
    int turn = 0;
    const auto play = [&](int me) {
      std::unique_lock<std::mutex> lock(mutex);
      for (;;) {
        changed.wait(lock, [&] { return turn == me; });
        turn = 1 - me;
        changed.notify_all();
      }
    };
    std::thread other(play, 1);
    play(0);
    other.join();
  };
  for (const unsigned workers : {1U, 3U}) {
    const auto result = explore(options_with(0, workers), body);
    EXPECT_FALSE(result.complete) << result;
    EXPECT_EQ(result.verdict, Verdict::exhausted) << result;
    EXPECT_THAT(result.message, HasSubstr("came up again"));
  }
}

// What a process meets first, the others do not know: a page that is written for the first time, a thread's
// number.
struct Page {
  alignas(4096) int value;
};
Page g_pages[40];

TEST(Levels, ProcessesMeetNewPages) {
  expect_agreement([] {
    std::mutex mutex;
    int sum = 0;
    const auto write = [&](int first) {
      for (int i = 0; i < 8; ++i) {
        const std::lock_guard<std::mutex> lock(mutex);
        g_pages[first + 2 * i].value = ++sum;
      }
    };
    std::thread one(write, 0);
    std::thread two(write, 1);
    one.join();
    two.join();
    selvage::outcome(g_pages[0].value + g_pages[15].value);
  });
}

// The 257th object is in memory that a process maps for itself; threads that wait for it point there.
TEST(Levels, ProcessesMeetNewObjects) {
  expect_agreement([] {
    std::mutex mutex;
    std::vector<std::mutex> others(270);
    std::size_t next = 0;
    for (; next < 248; ++next) const std::lock_guard<std::mutex> lock(others[next]);
    const auto work = [&] {
      for (int i = 0; i < 8; ++i) {
        const std::lock_guard<std::mutex> lock(mutex);
        const std::lock_guard<std::mutex> other(others[next++]);
      }
    };
    std::thread one(work);
    std::thread two(work);
    one.join();
    two.join();
    selvage::outcome(static_cast<int>(next));
  });
}

TEST(Levels, ProcessesMeetNewThreads) {
  expect_agreement([] {
    std::atomic<int> last{0};
    const auto start = [&](int me) {
      last = me;
      std::thread child([&last, me] { last = 10 + me; });
      child.join();
    };
    std::thread one(start, 1);
    std::thread two(start, 2);
    one.join();
    two.join();
    selvage::outcome(last.load());
  });
}

// The fifth thread makes the search start over: nobody has begun it when the processes are forked, and
// thread-local blocks have been at rest when the new ones are made.
TEST(Levels, ManyThreadsStartLate) {
  for (const int late : {2, 3, 6}) {
    SCOPED_TRACE(late);
    const auto body = [late] {
      std::mutex mutex;
      int counter = 0;
      const auto count = [&](int times) {
        for (int i = 0; i < times; ++i) {
          const std::lock_guard<std::mutex> lock(mutex);
          ++counter;
        }
      };
      std::thread one(count, 12);
      std::thread two(count, 12);
      one.join();
      two.join();
      std::vector<std::thread> threads;
      for (int i = 0; i < late; ++i) threads.emplace_back(count, 1);
      for (auto& thread : threads) thread.join();
      selvage::outcome(counter);
    };
    expect_agreement(body, false);
    EXPECT_THAT(explore(options_with(256, 1), body), selvage::Proves());
  }
}

TEST(Levels, ProcessesMeetBounds) {
  auto options = options_with(0, 3);
  options.max_events = 20;
  const auto result = explore(options, [] { fixed::run(20); });
  EXPECT_EQ(result.verdict, Verdict::exhausted) << result;
  EXPECT_THAT(result.message, HasSubstr("--max-events"));
}

TEST(Levels, ChoicesAndInvariants) {
  for (const int most : {7, 8}) {
    SCOPED_TRACE(most);
    expect_agreement([most] {
      std::mutex mutex;
      int sum = selvage::choose(2);
      selvage::invariant([&] { return sum <= most; }, "the sum is not too large");
      const auto add = [&] {
        for (int i = 0; i < 2; ++i) {
          const int more = selvage::choose(3);
          const std::lock_guard<std::mutex> lock(mutex);
          sum += more;
        }
      };
      std::thread other(add);
      add();
      other.join();
      selvage::outcome(sum);
    });
  }
}

TEST(Levels, EachProcessPrintsForItself) {
  expect_agreement([] {
    std::mutex mutex;
    const auto say = [&](const char* word) {
      for (int i = 0; i < 4; ++i) {
        const std::lock_guard<std::mutex> lock(mutex);
        std::puts(word);
      }
    };
    std::thread one(say, "one");
    std::thread two(say, "two");
    one.join();
    two.join();
  });
}

TEST(Levels, DeadlocksAreFound) {
  expect_agreement([] {
    std::mutex first, second;
    int done = 0;
    std::thread other([&] {
      for (int i = 0; i < 3; ++i) {
        const std::lock_guard<std::mutex> one(second);
        const std::lock_guard<std::mutex> two(first);
        ++done;
      }
    });
    for (int i = 0; i < 3; ++i) {
      const std::lock_guard<std::mutex> one(first);
      const std::lock_guard<std::mutex> two(second);
      ++done;
    }
    other.join();
  });
}

// Pages that rested are write-protected; what is written there then still tells states apart.
thread_local int t_seen = 0;
int g_shared = 0;

TEST(ColdPages, AWriteAfterALongRestIsSeen) {
  for (const std::uint64_t visited : {std::uint64_t{0}, std::uint64_t{256}}) {
    const auto result = explore(options_with(visited, 2), [] {
      std::mutex mutex;
      const auto count = [&] {
        for (int i = 0; i < 12; ++i) {
          const std::lock_guard<std::mutex> lock(mutex);
          ++g_shared;
        }
      };
      std::thread other(count);
      count();
      {
        const std::lock_guard<std::mutex> lock(mutex);
        t_seen = g_shared;
      }
      other.join();
      selvage::outcome(t_seen);
    });
    EXPECT_EQ(result.verdict, Verdict::proved) << result;
    EXPECT_EQ(result.outcomes.size(), 13U) << result;
  }
}

// The kernel is told of no fault when it writes to such a page.
thread_local utsname t_name;

TEST(ColdPages, SystemCallsMayWriteThere) {
  for (const auto search : {selvage::Search::exhaustive, selvage::Search::stateful}) {
    auto options = options_with(256, 1);
    options.search = search;
    const int times = search == selvage::Search::stateful ? 60 : 2;
    const auto result = explore(options, [times] {
      std::mutex mutex;
      const auto work = [&] {
        for (int i = 0; i < times; ++i) {
          const std::lock_guard<std::mutex> lock(mutex);
          ++g_shared;
        }
        if (uname(&t_name) != 0 || t_name.sysname[0] == 0) selvage::outcome("refused");
      };
      std::thread other(work);
      work();
      other.join();
    });
    EXPECT_EQ(result.verdict, Verdict::proved) << result;
    EXPECT_TRUE(result.outcomes.empty()) << result;
  }
}

}  // namespace
