// The stateful search goes the short way wherever it knows enough of earlier steps. It must come to the same
// as without: with SELVAGE_THOROUGH in the environment no step relies on what is known of others.
#include <gtest/gtest.h>
#include <pthread.h>
#include <semaphore.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <selvage/selvage.hpp>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "outcomes.hpp"
#include "two-threads/atomic.hpp"
#include "two-threads/fixed.hpp"
#include "two-threads/racy.hpp"

namespace {

using selvage::explore;

selvage::Result search(const std::function<void()>& body, bool thorough, unsigned workers,
                       std::uint64_t visited) {
  selvage::Options options;
  options.search = selvage::Search::stateful;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  options.seconds = 100;
  options.visited = visited;
  options.workers = workers;
  if (thorough) setenv("SELVAGE_THOROUGH", "1", 1);
  auto result = explore(options, body);
  unsetenv("SELVAGE_THOROUGH");
  return result;
}

/// With more processes than one, each leaves other remains on stacks when it does something for the first
/// time: `most` is for programs that do nothing like that.
void expect_the_same(const std::function<void()>& body, unsigned most = 1) {
  for (unsigned workers = 1; workers <= most; ++workers) {
    for (const std::uint64_t visited : {std::uint64_t{0}, std::uint64_t{256}}) {
      SCOPED_TRACE(std::to_string(workers) + " processes, " + std::to_string(visited) + " MiB");
      const auto slow = search(body, true, workers, visited);
      const auto quick = search(body, false, workers, visited);
      EXPECT_EQ(quick.verdict, slow.verdict) << quick << slow;
      EXPECT_EQ(quick.states, slow.states);
      EXPECT_EQ(quick.transitions, slow.transitions);
      EXPECT_EQ(quick.events, slow.events);
      EXPECT_EQ(outcomes(quick), outcomes(slow));
      EXPECT_EQ(quick.violations.size(), slow.violations.size());
    }
  }
}

TEST(Shortcuts, Counters) {
  expect_the_same([] { selvage::outcome(fixed::run(20)); }, 2);
  expect_the_same([] { selvage::outcome(atomic::run(8)); }, 2);
  expect_the_same([] { selvage::outcome(racy::run(6)); }, 2);
}

/// Counts to n in two threads, with lock() and unlock() around each step.
template <typename Step>
void twice(int n, Step step) {
  const auto count = [&] {
    for (int i = 0; i < n; ++i) step(i);
  };
  std::thread other(count);
  count();
  other.join();
}

TEST(Shortcuts, ReadWriteLocksAndSemaphores) {
  expect_the_same([] {
    std::shared_mutex lock;
    sem_t tokens;
    sem_init(&tokens, 0, 2);
    int counter = 0, seen = 0;
    twice(5, [&](int i) {
      sem_wait(&tokens);
      if (i % 2 == 0) {
        const std::shared_lock<std::shared_mutex> reading(lock);
        seen = seen > 100 ? 0 : seen;
      } else {
        const std::unique_lock<std::shared_mutex> writing(lock);
        ++counter;
      }
      sem_post(&tokens);
    });
    selvage::outcome(counter);
  });
}

TEST(Shortcuts, ConditionVariables) {
  expect_the_same([] {
    std::mutex mutex;
    std::condition_variable changed;
    int full = 0, sum = 0;
    std::thread producer([&] {
      for (int i = 0; i < 12; ++i) {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return full < 3; });
        ++full;
        changed.notify_one();
      }
    });
    for (int i = 0; i < 12; ++i) {
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [&] { return full > 0; });
      sum += full--;
      changed.notify_one();
    }
    producer.join();
    selvage::outcome(sum);
  });
}

TEST(Shortcuts, HeapsAndObjectsThatComeAndGo) {
  expect_the_same([] {
    std::mutex mutex;
    std::vector<std::unique_ptr<int>> list;
    twice(6, [&](int i) {
      auto own = std::make_unique<std::mutex>();
      const std::lock_guard<std::mutex> first(*own);
      const std::lock_guard<std::mutex> second(mutex);
      if (i % 3 == 2) {
        list.clear();
      } else {
        list.push_back(std::make_unique<int>(i));
      }
    });
    selvage::outcome(static_cast<int>(list.size()));
  });
}

TEST(Shortcuts, KeysAndChoicesAndExceptions) {
  expect_the_same([] {
    std::mutex mutex;
    pthread_key_t key;
    pthread_key_create(&key, nullptr);
    int sum = 0;
    twice(4, [&](int i) {
      const int value = selvage::choose(2);
      try {
        if (value == 1) throw i;
      } catch (int) {
        pthread_setspecific(key, &sum);
      }
      const std::lock_guard<std::mutex> lock(mutex);
      if (pthread_getspecific(key) != nullptr) ++sum;
    });
    selvage::outcome(sum > 4 ? 1 : 0);
  });
}

// (Volatile: nothing reads them, and what is never read a compiler need not write.)
alignas(8) volatile int g_with_lock = 0;
alignas(8) volatile int g_without = 0;

// From the same records a step makes others, as what it finds in memory has it: here, which place is
// accessed.
TEST(Shortcuts, ARaceThatTakesCertainValues) {
  for (const unsigned workers : {1U, 2U}) {
    selvage::Options options;
    options.search = selvage::Search::stateful;
    options.seconds = 100;
    options.visited = 0;
    options.workers = workers;
    const auto result = explore(options, [] {
      std::mutex mutex;
      int counter = 0;
      twice(20, [&](int) {
        bool special = false;
        {
          const std::lock_guard<std::mutex> lock(mutex);
          ++counter;
          special = counter == 25 || counter == 28;
          if (!special) g_with_lock = 1;  // else as many places are accessed, but others
        }
        if (special) g_without = 1;
      });
    });
    EXPECT_EQ(result.verdict, selvage::Verdict::data_race) << result;
    EXPECT_NE(result.violations.at(0).schedule, "") << result;
  }
}

/// Steps enough for pages to become cold.
constexpr int kLong = 150;

// What grows beyond cold pages is seen, although nothing is written to these.
TEST(Shortcuts, AHeapThatEndsWithAPage) {
  for (const int header : {16, 32, 48, 64, 80, 96, 112, 128}) {
    expect_the_same([header] {
      std::mutex mutex;
      int* late = nullptr;
      int counter = 0;
      auto* filler = new char[static_cast<std::size_t>(4096 - 16 - header)];
      const auto work = [&](int times) {
        for (int i = 0; i < times; ++i) {
          const std::lock_guard<std::mutex> lock(mutex);
          ++counter;
        }
      };
      std::thread other(work, 4);
      work(kLong / 4);
      {
        const std::lock_guard<std::mutex> lock(mutex);
        late = new int(counter);
      }
      other.join();
      selvage::outcome(*late);
      delete late;
      delete[] filler;
    });
  }
}

// Somebody else's stack may be cold, and is written all the same.
TEST(Shortcuts, AVariableOfAThreadThatWaits) {
  expect_the_same([] {
    std::mutex mutex;
    int variable = 0;  // on main's stack, which joins
    const auto work = [&](int times, int step) {
      for (int i = 0; i < times; ++i) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (i == times - 1) variable = variable * 2 + step;
      }
    };
    std::thread one(work, 14, 1), two(work, 14, 2);
    one.join();
    two.join();
    selvage::outcome(variable);
  });
}

}  // namespace
