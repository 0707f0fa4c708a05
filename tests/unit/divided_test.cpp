// A depth-first search that is divided comes to what it comes to undivided, however many processes search.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "outcomes.hpp"
#include "selvage/gtest.hpp"
#include "setting.hpp"

namespace {

using selvage::Options;
using selvage::Result;
using selvage::Search;
using selvage::Verdict;

/// After how many choices a search is divided.
Setting divide_after(const char* choices) { return Setting("SELVAGE_DIVIDE_AFTER", choices); }

std::multimap<Verdict, std::string> violations(const Result& result) {
  std::multimap<Verdict, std::string> all;
  for (const auto& violation : result.violations) all.emplace(violation.kind, violation.message);
  return all;
}

struct Program {
  const char* name;
  std::function<void()> body;
};

void counts_under_a_lock() {
  std::mutex lock;
  int count = 0;
  const auto work = [&] {
    for (int i = 0; i < 3; ++i) {
      const std::lock_guard guard(lock);
      ++count;
    }
  };
  std::thread one(work), two(work);
  one.join();
  two.join();
  selvage::outcome(count);
}

void tries_locks() {
  std::mutex lock;
  std::atomic<int> taken{0};
  const auto work = [&] {
    for (int i = 0; i < 2; ++i) {
      if (!lock.try_lock()) continue;
      ++taken;
      lock.unlock();
    }
  };
  std::thread one(work), two(work);
  one.join();
  two.join();
  selvage::outcome(taken.load());
}

void spins_and_chooses() {
  std::atomic<int> turn{0};
  std::atomic<int> seen{0};
  std::thread one([&] {
    const int value = 1 + selvage::choose(2);
    while (turn.load() != 0) {
    }
    turn = value;
  });
  std::thread two([&] {
    int now = 0;
    while ((now = turn.load()) == 0) std::this_thread::yield();
    seen += now;
    turn = 0;
  });
  std::thread three([&] {
    if (selvage::choose(3) == 1) {
      while (seen.load() == 0) {
      }
    }
    seen += 10;
  });
  one.join();
  two.join();
  three.join();
  selvage::outcome(seen.load());
}

void spins_without_end() {
  std::atomic<int> flag{0};
  const auto wait = [&](int until) {
    const bool yields = selvage::choose(2) == 1;
    while (flag.load() != until) {
      if (yields) std::this_thread::yield();
    }
  };
  std::thread one(wait, 1), two(wait, 2);
  std::thread three([&] {
    flag = 1;
    flag = 2;
  });
  one.join();
  two.join();
  three.join();
}

void waits_with_time_outs() {
  std::mutex lock;
  std::condition_variable changed;
  bool ready = false;
  int seen = 0;
  std::thread one([&] {
    std::unique_lock held(lock);
    seen = changed.wait_for(held, std::chrono::seconds(1), [&] { return ready; }) ? 1 : 2;
  });
  std::thread two([&] {
    {
      const std::lock_guard guard(lock);
      ready = true;
    }
    changed.notify_one();
  });
  one.join();
  two.join();
  selvage::outcome(seen);
}

void deadlocks() {
  std::mutex one_lock, other_lock;
  std::atomic<int> steps{0};
  std::thread one([&] {
    ++steps;
    const std::lock_guard first(one_lock);
    const std::lock_guard second(other_lock);
  });
  std::thread two([&] {
    ++steps;
    const std::lock_guard first(other_lock);
    const std::lock_guard second(one_lock);
  });
  one.join();
  two.join();
  selvage::outcome(steps.load());
}

const Program kPrograms[] = {
    {"CountsUnderALock", counts_under_a_lock},   {"TriesLocks", tries_locks},
    {"SpinsAndChooses", spins_and_chooses},      {"SpinsWithoutEnd", spins_without_end},
    {"WaitsWithTimeOuts", waits_with_time_outs}, {"Deadlocks", deadlocks}};

class Divided : public testing::TestWithParam<Program> {
 protected:
  static void compare(const Options& asked) {
    Options options = asked;
    options.model = "sc";
    options.keep_going = true;
    options.jobs = 1;
    Result whole;
    {
      const Setting never = divide_after("1000000000");
      whole = selvage::explore(options, GetParam().body);
    }
    EXPECT_GT(whole.executions + whole.violations.size(), 0U);
    for (const char* after : {"1", "20", "60", "200"}) {
      for (const unsigned jobs : {1U, 2U, 3U}) {
        const Setting some = divide_after(after);
        options.jobs = jobs;
        const Result divided = selvage::explore(options, GetParam().body);
        EXPECT_EQ(divided.verdict, whole.verdict) << after << " " << jobs << "\n" << divided << whole;
        EXPECT_EQ(divided.complete, whole.complete);
        EXPECT_EQ(divided.executions, whole.executions) << after << " " << jobs;
        EXPECT_EQ(divided.blocked, whole.blocked) << after << " " << jobs;
        EXPECT_EQ(divided.events, whole.events);
        EXPECT_EQ(executions_by_outcome(divided), executions_by_outcome(whole)) << after << " " << jobs;
        EXPECT_EQ(violations(divided), violations(whole)) << after << " " << jobs;
        EXPECT_EQ(divided.covered, whole.covered);
      }
    }
  }
};

TEST_P(Divided, ComesToTheSame) { compare({}); }

TEST_P(Divided, ComesToTheSameWithoutReduction) {
  Options options;
  options.search = Search::enumerate;
  options.preemptions = 2;
  compare(options);
}

INSTANTIATE_TEST_SUITE_P(Programs, Divided, testing::ValuesIn(kPrograms),
                         [](const auto& program) { return std::string(program.param.name); });

// The first violation is the one of the first part that has any, whoever is the first to find one.
TEST(DividedSearch, ShowsTheSameViolationForAnyNumberOfProcesses) {
  const Setting some = divide_after("30");
  Options options;
  options.model = "sc";
  const auto body = [] {
    std::atomic<int> count{0};
    const auto work = [&] {
      for (int i = 0; i < 3; ++i) count = count.load() + 1;
    };
    std::thread one(work), two(work);
    one.join();
    two.join();
    selvage::check(count.load() > 2, "more was lost than can be");
  };
  options.jobs = 1;
  const Result one = selvage::explore(options, body);
  ASSERT_EQ(one.verdict, Verdict::assertion) << one;
  for (const unsigned jobs : {2U, 3U, 5U}) {
    options.jobs = jobs;
    const Result more = selvage::explore(options, body);
    ASSERT_EQ(more.verdict, Verdict::assertion) << more;
    EXPECT_EQ(more.violations.front().schedule, one.violations.front().schedule);
    EXPECT_EQ(more.executions, one.executions);
  }
}

// What ends the search for interleavings in one of the parts ends it altogether: the memory model goes further.
TEST(DividedSearch, GoesBeyondSequentialConsistencyWhereAPartDoes) {
  const Setting some = divide_after("10");
  for (const unsigned jobs : {1U, 2U}) {
    Options options;
    options.jobs = jobs;
    const Result result = selvage::explore(options, [] {
      std::atomic<int> one{0}, other{0}, weak{0};
      std::thread first([&] {
        one = 1;
        other = 1;
        one = 2;
      });
      std::thread second([&] {
        const int seen = other.load();
        if (one.load() == 2 && seen == 0) weak.store(1, std::memory_order_relaxed);
      });
      first.join();
      second.join();
      selvage::outcome(weak.load());
    });
    EXPECT_THAT(result, selvage::Proves(testing::ElementsAre(0, 1)));
    EXPECT_EQ(result.model, "rc11");
  }
}

}  // namespace
