// The search for execution graphs, run natively: numbers known from counting or published, weak behaviour and its absence,
// spin loops, locks with readers, plain races, and schedules that say what was read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <latch>
#include <mutex>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <shared_mutex>
#include <thread>
#include <utility>
#include <vector>

#include "outcomes.hpp"
#include "unseen.hpp"

namespace {

using selvage::Options;
using selvage::Result;
using selvage::Search;
using selvage::Verdict;

Options graphs(const char* model) {
  Options options;
  options.search = Search::graphs;
  options.model = model;
  return options;
}

std::uint64_t choose_from(int n, int k) {
  std::uint64_t result = 1;
  for (int i = 1; i <= k; ++i)
    result = result * static_cast<std::uint64_t>(n - k + i) / static_cast<std::uint64_t>(i);
  return result;
}

template <typename A, typename B>
void together(A a, B b) {
  std::thread t(a), u(b);
  t.join();
  u.join();
}

template <typename Step>
void twice(int n, Step step) {
  const auto loop = [n, &step] {
    for (int i = 0; i < n; ++i) step();
  };
  together(loop, loop);
}

TEST(Graphs, LockedCounterTakesEachOrderOnce) {
  for (const char* model : {"sc", "rc11"}) {
    for (int n = 1; n <= 8; ++n) {
      const Result result = selvage::explore(graphs(model), [n] {
        std::mutex m;
        int count = 0;
        twice(n, [&] {
          const std::lock_guard lock(m);
          ++count;
        });
        selvage::outcome(count);
      });
      EXPECT_EQ(result.verdict, Verdict::proved);
      EXPECT_EQ(result.executions, choose_from(2 * n, n)) << n;
      EXPECT_EQ(result.blocked, 0U);
      EXPECT_THAT(outcomes(result), testing::ElementsAre(std::to_string(2 * n)));
    }
  }
}

TEST(Graphs, FetchAddAndOneLockForMany) {
  for (int n = 1; n <= 6; ++n) {
    const Result result = selvage::explore(graphs("rc11"), [n] {
      std::atomic<int> count = 0;
      twice(n, [&] { count.fetch_add(1, std::memory_order_relaxed); });
      selvage::outcome(count.load());
    });
    EXPECT_EQ(result.verdict, Verdict::proved);
    EXPECT_EQ(result.executions, choose_from(2 * n, n)) << n;
  }
  const Result result = selvage::explore(graphs("rc11"), [] {
    std::mutex m;
    std::vector<std::thread> threads;
    for (int t = 0; t < 5; ++t) threads.emplace_back([&m] { const std::lock_guard lock(m); });
    for (auto& t : threads) t.join();
  });
  EXPECT_EQ(result.verdict, Verdict::proved);
  EXPECT_EQ(result.executions, 120U);
}

/// Published: the numbers of GenMC, the same for all models (DESIGN.md).
TEST(Graphs, RelaxedLoadAndStore) {
  const std::uint64_t expected[] = {4, 34, 328, 3334};
  for (const char* model : {"sc", "rc11"}) {
    for (int n = 1; n <= 4; ++n) {
      const Result result = selvage::explore(graphs(model), [n] {
        std::atomic<int> count = 0;
        twice(n, [&] { count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); });
        selvage::outcome(count.load());
      });
      EXPECT_EQ(result.verdict, Verdict::proved);
      EXPECT_EQ(result.executions, expected[n - 1]) << n;
      EXPECT_EQ(result.outcomes.size(), n == 1 ? 2U : static_cast<std::size_t>(2 * n - 1));
    }
  }
}

TEST(Graphs, StoreBuffering) {
  const auto body = [](std::memory_order store, std::memory_order load) {
    return [=] {
      std::atomic<int> x = 0, y = 0;
      int a = 0, b = 0;
      together([&] { x.store(1, store), a = y.load(load); }, [&] { y.store(1, store), b = x.load(load); });
      selvage::outcome(10 * a + b);
    };
  };
  const auto weak = body(std::memory_order_release, std::memory_order_acquire);
  const auto strong = body(std::memory_order_seq_cst, std::memory_order_seq_cst);
  EXPECT_THAT(outcomes(selvage::explore(graphs("rc11"), weak)), testing::ElementsAre("0", "1", "10", "11"));
  EXPECT_THAT(outcomes(selvage::explore(graphs("sc"), weak)), testing::ElementsAre("1", "10", "11"));
  EXPECT_THAT(outcomes(selvage::explore(graphs("rc11"), strong)), testing::ElementsAre("1", "10", "11"));
}

TEST(Graphs, MessagePassing) {
  const auto body = [](std::memory_order store, std::memory_order load) {
    return [=] {
      int data = 0;
      std::atomic<bool> ready = false;
      together(
          [&] {
            data = 42;
            ready.store(true, store);
          },
          [&] {
            if (ready.load(load)) selvage::check(data == 42);
          });
    };
  };
  using std::memory_order_acquire, std::memory_order_relaxed, std::memory_order_release;
  const Result right = selvage::explore(graphs("rc11"), body(memory_order_release, memory_order_acquire));
  EXPECT_EQ(right.verdict, Verdict::proved);
  EXPECT_EQ(right.executions, 2U);
  EXPECT_EQ(selvage::explore(graphs("rc11"), body(memory_order_relaxed, memory_order_acquire)).verdict,
            Verdict::data_race);
  EXPECT_EQ(selvage::explore(graphs("rc11"), body(memory_order_release, memory_order_relaxed)).verdict,
            Verdict::data_race);
}

TEST(Graphs, ASpinLoopCostsOneExecution) {
  const Result result = selvage::explore(graphs("rc11"), [] {
    int data = 0;
    std::atomic<int> ready = 0;
    together(
        [&] {
          data = 1;
          ready.store(1, std::memory_order_release);
        },
        [&] {
          while (ready.load(std::memory_order_acquire) == 0) {
          }
          selvage::check(data == 1);
        });
  });
  EXPECT_EQ(result.verdict, Verdict::proved);
  EXPECT_EQ(result.executions, 1U);
}

/// The value that a failing compare-exchange leaves in the heap is progress.
TEST(Graphs, AFailedExchangeThatLeavesItsValueInTheHeap) {
  const Result result = selvage::explore(graphs("rc11"), [] {
    struct Node {
      Node* next = nullptr;
    };
    std::atomic<Node*> top = nullptr;
    const auto push = [&] {
      auto* node = new Node;
      node->next = top.load(std::memory_order_relaxed);
      while (!top.compare_exchange_strong(node->next, node, std::memory_order_acq_rel)) {
      }
    };
    together(push, push);
    int count = 0;
    for (Node* n = top.load(); n != nullptr; ++count) delete std::exchange(n, n->next);
    selvage::check(count == 2);
  });
  EXPECT_EQ(result.verdict, Verdict::proved) << result;
}

TEST(Graphs, ASpinLockTakesAsManyAsALock) {
  for (int n = 1; n <= 3; ++n) {
    const Result result = selvage::explore(graphs("rc11"), [n] {
      std::atomic_flag taken;
      int count = 0;
      twice(n, [&] {
        while (taken.test_and_set(std::memory_order_acquire)) {
        }
        ++count;
        taken.clear(std::memory_order_release);
      });
      selvage::outcome(count);
    });
    EXPECT_EQ(result.verdict, Verdict::proved);
    EXPECT_EQ(result.executions, choose_from(2 * n, n)) << n;
  }
}

TEST(Graphs, ALoopThatTriesALock) {
  for (const char* model : {"sc", "rc11"}) {
    const Result result = selvage::explore(graphs(model), [] {
      std::mutex m;
      int count = 0;
      const auto add = [&] {
        while (!m.try_lock()) {
        }
        ++count;
        m.unlock();
      };
      together(add, add);
      selvage::check(count == 2);
    });
    EXPECT_EQ(result.verdict, Verdict::proved) << result;
  }
  const Result stuck = selvage::explore(graphs("rc11"), [] {
    std::mutex m;
    m.lock();
    const auto wait = [&] {
      while (!m.try_lock()) {
      }
    };
    together(wait, wait);
  });
  EXPECT_EQ(stuck.verdict, Verdict::livelock);
}

/// Each puts back what it finds, so that neither is the last to have written.
TEST(Graphs, TwoWhoSpinOnALockThatIsNeverGivenBack) {
  const Result result = selvage::explore(graphs("rc11"), [] {
    std::atomic_flag taken;
    taken.test_and_set();
    const auto wait = [&] {
      while (taken.test_and_set()) {
      }
    };
    together(wait, wait);
  });
  EXPECT_EQ(result.verdict, Verdict::livelock);
}

/// A wait that a stale read keeps going is no livelock: the write will be seen.
TEST(Graphs, AStaleReadIsNoLivelock) {
  const Result result = selvage::explore(graphs("rc11"), [] {
    std::atomic<int> a = 0, b = 0;
    together(
        [&] {
          a.store(1, std::memory_order_relaxed);
          while (b.load(std::memory_order_relaxed) == 0) {
          }
        },
        [&] {
          b.store(1, std::memory_order_relaxed);
          while (a.load(std::memory_order_relaxed) == 0) {
          }
        });
  });
  EXPECT_EQ(result.verdict, Verdict::proved);
}

/// Found by the differential test: which of several readers come before a writer is free.
TEST(Graphs, ReadersAndAWriterInEveryOrder) {
  const auto body = [] {
    std::shared_mutex lock;
    int value = 0, seen = -1, tried = -1, wrote = 0;
    std::thread reader([&] {
      const std::shared_lock hold(lock);
      seen = value;
    });
    std::thread trier([&] {
      const std::shared_lock hold(lock, std::try_to_lock);
      if (hold.owns_lock()) tried = value;
    });
    std::thread writer([&] {
      const std::unique_lock hold(lock);
      value = 1;
      wrote = 1;
    });
    reader.join();
    trier.join();
    writer.join();
    selvage::outcome(seen);
    selvage::outcome(tried);
    selvage::outcome(wrote);
  };
  Options old;
  old.model = "sc";
  const Result all = selvage::explore(old, body);
  ASSERT_EQ(all.verdict, Verdict::proved);
  for (const char* model : {"sc", "rc11"}) {
    const Result result = selvage::explore(graphs(model), body);
    EXPECT_EQ(result.verdict, Verdict::proved);
    EXPECT_EQ(outcomes(result), outcomes(all)) << model;
  }
}

TEST(Graphs, ReadersAreNotReordered) {
  const Result result = selvage::explore(graphs("rc11"), [] {
    std::shared_mutex lock;
    const auto read = [&] { const std::shared_lock hold(lock); };
    std::thread a(read), b(read), c(read);
    a.join();
    b.join();
    c.join();
  });
  EXPECT_EQ(result.verdict, Verdict::proved);
  EXPECT_EQ(result.executions, 1U);
}

/// Found by the differential test: what the thread did with the lock in another execution must not count.
TEST(Graphs, AWaitAfterAReadThatWasTakenBack) {
  Options options = graphs("sc");
  options.races = selvage::Races::explore;
  options.keep_going = true;
  const Result result = selvage::explore(options, [] {
    std::mutex m;
    std::condition_variable c;
    int p = 0, first = -1, second = -1;
    together([&] { p = 2; },
             [&] {
               std::unique_lock lock(m);
               first = p;
               if (first == 0) c.wait(lock);
               second = p;
             });
    selvage::outcome(10 * first + second);
  });
  EXPECT_THAT(outcomes(result), testing::ElementsAre("0", "2", "22"));
}

/// The same: who waits for a time is not stuck, whatever the others do.
TEST(Graphs, ASpinnerAndATimedWait) {
  const Result result = selvage::explore(graphs("sc"), [] {
    std::atomic<int> flag = 0;
    std::mutex m;
    std::condition_variable c;
    together(
        [&] {
          while (flag.load() == 0) {
          }
        },
        [&] {
          std::unique_lock lock(m);
          c.wait_for(lock, std::chrono::milliseconds(1));
          flag.store(1);
        });
  });
  EXPECT_EQ(result.verdict, Verdict::proved) << result;
}

TEST(Graphs, Deadlock) {
  const Result result = selvage::explore(graphs("rc11"), [] {
    std::mutex a, b;
    together(
        [&] {
          const std::lock_guard first(a);
          const std::lock_guard second(b);
        },
        [&] {
          const std::lock_guard first(b);
          const std::lock_guard second(a);
        });
  });
  EXPECT_EQ(result.verdict, Verdict::deadlock);
}

/// libstdc++'s waits rest on a fence that rc11 does not see (docs/memory-model.md).
TEST(Graphs, ALatchWakesUp) {
  for (const char* model : {"sc", "rc11"}) {
    const Result result = selvage::explore(graphs(model), [] {
      std::latch done(1);
      int value = 0;
      std::thread t([&] {
        value = 1;
        done.count_down();
      });
      done.wait();
      selvage::check(value == 1);
      t.join();
    });
    EXPECT_EQ(result.verdict, Verdict::proved) << model << "\n" << result;
  }
}

/// The fences there order nothing but seq_cst operations.
TEST(Graphs, AWaitThatDoesNotAcquire) {
  const Result result = selvage::explore(graphs("rc11"), [] {
    std::atomic<int> flag = 0;
    int message = 0;
    std::thread t([&] {
      message = 1;
      flag.store(1, std::memory_order_release);
      flag.notify_one();
    });
    flag.wait(0, std::memory_order_relaxed);
    selvage::check(message == 1);
    t.join();
  });
  EXPECT_EQ(result.verdict, Verdict::data_race);
}

/// A loop that gets on by writes that have no hook, as those of the C library.
TEST(Graphs, ALoopThatOnlyALibraryMakesProgressIn) {
  const auto body = [] {
    char text[16] = "";
    auto* heap = static_cast<char*>(std::malloc(16));
    std::strcpy(heap, text);
    std::atomic<int> x = 0;
    together(
        [&] {
          while (x.load() == 0 && std::strlen(heap) < 3) std::strcat(heap, "a");
        },
        [&] { x.store(1); });
    selvage::outcome(std::strlen(heap));
    std::free(heap);
  };
  for (const char* model : {"sc", "rc11"}) {
    const Result result = selvage::explore(graphs(model), body);
    EXPECT_EQ(result.verdict, Verdict::proved);
    EXPECT_THAT(outcomes(result), testing::ElementsAre("0", "1", "2", "3"));
  }
}

/// The same where a round has more than one event, and the write comes after the last of them.
TEST(Graphs, ALoopOfTwoReadsThatMakesProgressUnseen) {
  const auto body = [] {
    auto* rounds = static_cast<std::uint64_t*>(std::calloc(1, sizeof(std::uint64_t)));
    std::atomic<int> x = 0, y = 0;
    std::thread t([&] { x.store(1, std::memory_order_relaxed); });
    while (x.load(std::memory_order_relaxed) == 0) {
      static_cast<void>(y.load(std::memory_order_relaxed));
      if (count_unseen(rounds) == 3) break;
    }
    t.join();
    selvage::outcome(*rounds);
    std::free(rounds);
  };
  for (const char* model : {"sc", "rc11"}) {
    const Result result = selvage::explore(graphs(model), body);
    EXPECT_EQ(result.verdict, Verdict::proved);
    EXPECT_THAT(outcomes(result), testing::ElementsAre("0", "1", "2", "3"));
  }
}

/// The same where it tries a lock, which is no access to memory.
TEST(Graphs, ALoopThatTriesALockAndOnlyALibraryMakesProgress) {
  for (const char* model : {"sc", "rc11"}) {
    const Result result = selvage::explore(graphs(model), [] {
      auto* text = static_cast<char*>(std::calloc(16, 1));
      std::mutex m;
      m.lock();
      std::thread t([&] {
        while (std::strlen(text) < 3) {
          if (m.try_lock()) {
            m.unlock();
            break;
          }
          std::strcat(text, "a");
        }
      });
      m.unlock();
      t.join();
      selvage::outcome(std::strlen(text));
      std::free(text);
    });
    EXPECT_EQ(result.verdict, Verdict::proved);
    EXPECT_THAT(outcomes(result), testing::ElementsAre("0", "1", "2", "3"));
  }
}

/// ... and where it waits and is woken for nothing.
TEST(Graphs, AWaitBetweenWhoseWakeUpsOnlyALibraryMakesProgress) {
  const auto body = [] {
    auto* text = static_cast<char*>(std::calloc(16, 1));
    std::mutex m;
    std::condition_variable c;
    bool go = false;
    together(
        [&] {
          std::unique_lock lock(m);
          while (!go && std::strlen(text) < 3) {
            std::strcat(text, "a");
            c.wait(lock);
          }
        },
        [&] {
          const std::lock_guard lock(m);
          go = true;
          c.notify_one();
        });
    selvage::outcome(std::strlen(text));
    std::free(text);
  };
  Options old;
  const Result all = selvage::explore(old, body);
  ASSERT_EQ(all.verdict, Verdict::proved);
  for (const char* model : {"sc", "rc11"}) {
    const Result result = selvage::explore(graphs(model), body);
    EXPECT_EQ(result.verdict, Verdict::proved);
    EXPECT_EQ(outcomes(result), outcomes(all)) << model;
  }
}

TEST(Graphs, RacyCounter) {
  for (int n = 1; n <= 3; ++n) {
    Options options = graphs("rc11");
    options.races = selvage::Races::explore;
    const Result result = selvage::explore(options, [n] {
      int count = 0;
      twice(n, [&] { ++count; });
      selvage::outcome(count);
    });
    EXPECT_EQ(result.verdict, Verdict::data_race);
    EXPECT_EQ(result.outcomes.size(), n == 1 ? 2U : static_cast<std::size_t>(2 * n - 1));
    const std::uint64_t expected[] = {4, 34, 328};
    EXPECT_EQ(result.executions, expected[n - 1]);
  }
}

/// A plain write begins a new object; a race with it is found.
TEST(Graphs, AnObjectThatBeginsAnew) {
  const auto body = [](bool ordered) {
    return [=] {
      alignas(std::atomic<int>) unsigned char memory[sizeof(std::atomic<int>)];
      auto* x = new (memory) std::atomic<int>(1);
      std::thread t([&] { x->store(2, std::memory_order_relaxed); });
      if (ordered) t.join();
      auto* y = new (memory) std::atomic<int>(7);
      if (!ordered) t.join();
      selvage::outcome(y->load());
    };
  };
  const Result right = selvage::explore(graphs("rc11"), body(true));
  EXPECT_EQ(right.verdict, Verdict::proved);
  EXPECT_THAT(outcomes(right), testing::ElementsAre("7"));
  EXPECT_EQ(selvage::explore(graphs("rc11"), body(false)).verdict, Verdict::data_race);
}

TEST(Graphs, ASavedScheduleSaysWhatWasRead) {
  const auto body = [] {
    std::atomic<int> x = 0, y = 0;
    int a = 1, b = 1;
    together([&] { x.store(1, std::memory_order_release), a = y.load(std::memory_order_acquire); },
             [&] { y.store(1, std::memory_order_release), b = x.load(std::memory_order_acquire); });
    selvage::check(a + b > 0, "both came too early");
  };
  const Result found = selvage::explore(graphs("rc11"), body);
  ASSERT_EQ(found.verdict, Verdict::assertion);
  const std::string schedule = found.violations.at(0).schedule;
  EXPECT_THAT(schedule, testing::HasSubstr("reads=chosen"));
  EXPECT_THAT(found.report(), testing::HasSubstr("both came too early"));
  Options again;
  again.search = Search::replay;
  again.replay_schedule = schedule;
  EXPECT_EQ(selvage::explore(again, body).verdict, Verdict::assertion);
}

TEST(Graphs, WhatFollowsAViolationIsNotSaidToBeExplored) {
  Options options = graphs("rc11");
  options.keep_going = true;
  const Result result = selvage::explore(options, [] {
    std::atomic<int> x = 0;
    together([&] { selvage::check(x.load() != 0); }, [&] { x.store(1); });
  });
  EXPECT_EQ(result.verdict, Verdict::assertion);
  EXPECT_FALSE(result.complete);
}

TEST(Graphs, AtomicAccessesOfDifferentSizesAreRefused) {
  const Result result = selvage::explore(graphs("rc11"), [] {
    alignas(8) std::uint64_t word = 0;
    std::thread t([&] { std::atomic_ref<std::uint64_t>(word).store(1); });
    std::atomic_ref<std::uint32_t>(*reinterpret_cast<std::uint32_t*>(&word)).store(2);
    t.join();
  });
  EXPECT_EQ(result.verdict, Verdict::unsupported);
  EXPECT_THAT(result.message, testing::HasSubstr("different sizes"));
}

TEST(Graphs, OtherSearchesRefuseTheModel) {
  Options options;
  options.model = "rc11";
  options.search = Search::stateful;
  EXPECT_THROW(selvage::explore(options, [] {}), std::invalid_argument);
}

}  // namespace
