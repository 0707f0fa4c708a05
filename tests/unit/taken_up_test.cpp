// Executions of a search for graphs that are taken up from where others stood come to what they come to from
// their beginning.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <condition_variable>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <selvage/selvage.hpp>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "outcomes.hpp"
#include "setting.hpp"
#include "unseen.hpp"

namespace {

/// Explores with and without taking executions up, and once more with each compared; `least`: so many
/// executions there are.
template <typename Body>
void expect_the_same(selvage::Options options, std::uint64_t least, Body body) {
  options.search = selvage::Search::graphs;
  options.model = "rc11";
  options.keep_going = true;
  options.jobs = 1;
  const selvage::Result usual = selvage::explore(options, body);
  const selvage::Result begun = [&] {
    const Setting from_start("SELVAGE_FROM_START");
    return selvage::explore(options, body);
  }();
  const selvage::Result compared = [&] {
    const Setting check("SELVAGE_CHECK_TAKEN_UP");
    return selvage::explore(options, body);
  }();
  EXPECT_GE(usual.executions, least);
  for (const selvage::Result* other : {&begun, &compared}) {
    EXPECT_EQ(usual.verdict, other->verdict) << usual << *other;
    EXPECT_EQ(usual.executions, other->executions);
    EXPECT_EQ(usual.blocked, other->blocked);
    EXPECT_EQ(usual.events, other->events);
    EXPECT_EQ(executions_by_outcome(usual), executions_by_outcome(*other));
    EXPECT_EQ(usual.violations.size(), other->violations.size());
  }
}

template <typename A, typename B>
void together(A a, B b) {
  std::thread first(a), second(b);
  first.join();
  second.join();
}

TEST(TakenUp, HeapThreadLocalsAndStacks) {
  expect_the_same({}, 924, [] {
    std::mutex mutex;
    std::vector<std::string> lines;  // moves to other memory as it grows
    const auto add = [&](char name) {
      thread_local int mine = 0;
      std::unique_ptr<int> sum = std::make_unique<int>(0);
      for (int i = 0; i < 6; ++i) {
        const std::lock_guard lock(mutex);
        *sum += ++mine;
        lines.push_back(std::string(20, name) + std::to_string(*sum));
      }
    };
    together([&] { add('a'); }, [&] { add('b'); });
    std::string order;
    for (const std::string& line : lines) order += line.substr(19);
    selvage::outcome(order.substr(0, 4) + std::to_string(order.size()));
  });
}

TEST(TakenUp, ExceptionsUnderWay) {
  expect_the_same({}, 70, [] {
    std::mutex mutex;
    std::string order;
    const auto work = [&](const char* name) {
      for (int i = 0; i < 2; ++i) {
        try {
          const std::lock_guard lock(mutex);
          order += name;
          throw std::runtime_error(order);
        } catch (const std::runtime_error& error) {
          const std::lock_guard lock(mutex);  // while it is handled
          order += std::to_string(std::string(error.what()).size());
        }
      }
    };
    together([&] { work("a"); }, [&] { work("b"); });
    selvage::outcome(order);
  });
}

/// A function, so that no compiler makes one addition of several.
__attribute__((noinline)) void increment(int& count) { ++count; }

TEST(TakenUp, PlainAccessesThatAreEvents) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  expect_the_same(options, 3334, [] {
    int count = 0;
    const auto add = [&] {
      for (int i = 0; i < 4; ++i) increment(count);
    };
    together(add, add);
    selvage::outcome(count);
  });
}

TEST(TakenUp, WaitingAndWaking) {
  expect_the_same({}, 50, [] {
    std::mutex mutex;
    std::condition_variable changed;
    std::counting_semaphore<> tokens{1};
    int items = 0;
    std::string order;
    const auto produce = [&] {
      for (int i = 0; i < 3; ++i) {
        tokens.acquire();
        tokens.release();
        const std::lock_guard lock(mutex);
        ++items;
        order += '+';
        changed.notify_one();
      }
    };
    const auto consume = [&] {
      for (int i = 0; i < 3; ++i) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return items > 0; });
        --items;
        order += '-';
      }
    };
    together(produce, consume);
    selvage::outcome(order);
  });
}

TEST(TakenUp, WhatIsPrintedBeforeAndAfter) {
  expect_the_same({}, 252, [] {
    std::printf("begins");
    std::mutex mutex;
    std::string order;
    const auto work = [&](const char* name) {
      for (int i = 0; i < 5; ++i) {
        const std::lock_guard lock(mutex);
        order += name;
      }
    };
    together([&] { work("a"); }, [&] { work("b"); });
    std::printf("%s\n", order.c_str());
    selvage::outcome(order.substr(0, 3));
  });
}

TEST(TakenUp, SchedulesAreTheSameForAnyNumberOfProcesses) {
  selvage::Options options;
  options.search = selvage::Search::graphs;
  options.model = "rc11";
  const auto schedules = [&](unsigned jobs) {
    options.jobs = jobs;
    const selvage::Result result = selvage::explore(options, [] {
      std::mutex mutex;
      std::string order;
      std::mutex others[2];  // the order of what happens with them may be any
      const auto work = [&](const char* name) {
        for (int i = 0; i < 7; ++i) {
          { const std::lock_guard lock(others[*name - 'a']); }
          const std::lock_guard lock(mutex);
          order += name;
        }
      };
      together([&] { work("a"); }, [&] { work("b"); });
      selvage::outcome(order);
    });
    EXPECT_EQ(result.executions, 3432U);
    std::map<std::string, std::string> all;
    for (const auto& o : result.outcomes) all[o.value] = o.schedule;
    return all;
  };
  EXPECT_EQ(schedules(1), schedules(2));
}

TEST(TakenUp, WhatNobodyControlsIsNoticed) {
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  auto* executions = new (page) std::uint64_t(0);
  selvage::Options options;
  options.search = selvage::Search::graphs;
  options.model = "rc11";
  options.jobs = 1;
  const selvage::Result result = selvage::explore(options, [executions] {
    // Before the first event: an execution that is taken up does not come by here. Unseen, or it would be put back for the
    // next execution.
    const bool late = count_unseen(executions) > 300;
    std::mutex mutex, other;
    const auto work = [&] {
      if (late) const std::lock_guard lock(other);
      for (int i = 0; i < 7; ++i) const std::lock_guard lock(mutex);
    };
    together(work, work);
  });
  EXPECT_EQ(result.verdict, selvage::Verdict::nondeterministic) << result;
  munmap(page, 4096);
}

}  // namespace
