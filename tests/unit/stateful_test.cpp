// The stateful search: the same verdicts and outcomes as the stateless one, from far fewer states than there are executions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pthread.h>
#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "two-threads/atomic.hpp"
#include "two-threads/fixed.hpp"
#include "two-threads/racy.hpp"
#include "unseen.hpp"

namespace {

using selvage::CanReach;
using selvage::explore;
using selvage::Finds;
using selvage::FindsDataRace;
using selvage::OutcomeIs;
using selvage::OutcomesAre;
using selvage::Proves;
using selvage::Verdict;
using testing::AllOf;
using testing::ElementsAre;
using testing::ElementsAreArray;

selvage::Options stateful() {
  selvage::Options options;
  options.search = selvage::Search::stateful;
  options.seconds = 100;
  return options;
}

/// What the two searches must agree on.
void expect_agreement(const std::function<void()>& body) {
  selvage::Options options;
  options.keep_going = true;
  options.races = selvage::Races::explore;
  options.seconds = 100;
  const auto executions = explore(options, body);
  options.search = selvage::Search::stateful;
  const auto states = explore(options, body);
  EXPECT_EQ(states.verdict, executions.verdict) << states << executions;
  EXPECT_EQ(states.complete, executions.complete);
  std::vector<std::string> from_states, from_executions;
  for (const auto& outcome : states.outcomes) from_states.push_back(outcome.value);
  for (const auto& outcome : executions.outcomes) from_executions.push_back(outcome.value);
  EXPECT_EQ(from_states, from_executions);
  EXPECT_GT(states.states, 0U);
}

class Locked : public testing::TestWithParam<int> {};

TEST_P(Locked, TheNumberOfStatesIsQuadratic) {
  const int n = GetParam();
  const auto result = explore(stateful(), [n] { selvage::outcome(fixed::run(n)); });
  EXPECT_THAT(result, Proves(OutcomeIs(2 * n)));
  // One for each pair of how often the threads have counted, and those where one has ended.
  const auto size = static_cast<std::uint64_t>(n);
  EXPECT_LE(result.states, size * size + 10 * size + 20);
  EXPECT_LE(result.transitions, 2 * size * size + 20 * size + 40);
}
INSTANTIATE_TEST_SUITE_P(Sizes, Locked, testing::Values(1, 2, 10, 100, 1000));

TEST(Racy, EveryValueIsReached) {
  auto options = stateful();
  options.races = selvage::Races::explore;
  options.keep_going = true;
  std::vector<int> all;
  for (int value = 2; value <= 20; ++value) all.push_back(value);
  EXPECT_THAT(explore(options, [] { selvage::outcome(racy::run(10)); }),
              AllOf(FindsDataRace(), OutcomesAre(ElementsAreArray(all))));
}

TEST(Racy, TheRaceEndsTheSearch) {
  EXPECT_THAT(explore(stateful(), [] { racy::run(10); }), FindsDataRace());
}

TEST_P(Locked, SoItIsWithoutALock) {
  const int n = GetParam();
  const auto result = explore(stateful(), [n] { selvage::outcome(atomic::run(n)); });
  EXPECT_THAT(result, Proves(OutcomeIs(2 * n)));
  const auto size = static_cast<std::uint64_t>(n);
  EXPECT_LE(result.states, size * size + 10 * size + 20);
  EXPECT_LE(result.transitions, 2 * size * size + 20 * size + 40);
}

TEST(Search, IsTheSameTwice) {
  const auto body = [] { selvage::outcome(fixed::run(7)); };
  auto first = explore(stateful(), body), second = explore(stateful(), body);
  first.seconds = second.seconds = 0;
  EXPECT_EQ(first.json(), second.json());
}

TEST(Search, MemoryIsBounded) {
  auto options = stateful();
  options.memory = 1;
  const auto result = explore(options, [] { fixed::run(300); });
  EXPECT_EQ(result.verdict, Verdict::exhausted);
  EXPECT_THAT(result.message, testing::HasSubstr("1 MiB"));
}

TEST(Search, ViolationsReplay) {
  const auto body = [] {
    std::mutex a, b;
    std::thread first([&] {
      std::lock_guard<std::mutex> x(a);
      std::lock_guard<std::mutex> y(b);
    });
    std::thread second([&] {
      std::lock_guard<std::mutex> y(b);
      std::lock_guard<std::mutex> x(a);
    });
    first.join();
    second.join();
  };
  const auto found = explore(stateful(), body);
  ASSERT_THAT(found, Finds(Verdict::deadlock));
  EXPECT_EQ(found.violations.front().preemptions, 1U);
  selvage::Options replay;
  replay.search = selvage::Search::replay;
  replay.replay_schedule = found.violations.front().schedule;
  EXPECT_THAT(explore(replay, body), Finds(Verdict::deadlock));
}

// Whoever waits may be woken for nothing any number of times: the states are finitely many all the same.
TEST(Rounds, SpuriousWakeUpsEnd) {
  EXPECT_THAT(explore(stateful(),
                      [] {
                        std::mutex m;
                        std::condition_variable ready;
                        bool set = false;
                        std::thread waiter([&] {
                          std::unique_lock<std::mutex> lock(m);
                          while (!set) ready.wait(lock);
                        });
                        {
                          std::lock_guard<std::mutex> lock(m);
                          set = true;
                        }
                        ready.notify_one();
                        waiter.join();
                      }),
              Proves());
}

TEST(Rounds, SpinningIsNoLivelockIfSomebodyEndsIt) {
  EXPECT_THAT(explore(stateful(),
                      [] {
                        std::atomic<bool> flag{false};
                        std::thread waiter([&] {
                          while (!flag) std::this_thread::yield();
                        });
                        flag = true;
                        waiter.join();
                      }),
              Proves());
}

// Two that wake each other for ever: each wait could end in two ways, but both go on like this.
TEST(Rounds, WakingEachOtherForEverIsNotProved) {
  const auto body = [](bool ends) {
    return [ends] {
      std::mutex m;
      std::condition_variable changed;
      bool done = false;
      const auto work = [&] {
        std::unique_lock<std::mutex> lock(m);
        while (!done) {
          changed.notify_one();
          changed.wait(lock);
        }
        changed.notify_one();
      };
      std::thread first(work), second(work);
      if (ends) {
        std::lock_guard<std::mutex> lock(m);
        done = true;
      }
      changed.notify_all();
      first.join();
      second.join();
    };
  };
  const auto result = explore(stateful(), body(false));
  EXPECT_NE(result.verdict, Verdict::proved);
  EXPECT_THAT(result.message, testing::HasSubstr("go round"));
  EXPECT_THAT(explore(stateful(), body(true)), Proves());
}

// Time passes with every round, but nobody looks at a clock.
TEST(Rounds, SleepingBetweenLooksIsSpinning) {
  EXPECT_THAT(explore(stateful(),
                      [] {
                        std::atomic<bool> flag{false};
                        std::thread waiter([&] {
                          while (!flag) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                        });
                        flag = true;
                        waiter.join();
                      }),
              Proves());
}

TEST(Rounds, SpinningForEachOtherIsALivelock) {
  EXPECT_THAT(explore(stateful(),
                      [] {
                        std::atomic<bool> one{false}, two{false};
                        std::thread first([&] {
                          while (!two) {
                          }
                          one = true;
                        });
                        std::thread second([&] {
                          while (!one) {
                          }
                          two = true;
                        });
                        first.join();
                        second.join();
                      }),
              Finds(Verdict::livelock));
}

// The same memory may be reached with and without an order between two accesses.
TEST(Races, AreNotHiddenByMerging) {
  const auto body = [](bool ordered) {
    return [ordered] {
      std::mutex m;
      int data = 0;
      bool published = false;
      std::thread writer([&] {
        if (!ordered) data = 1;
        std::lock_guard<std::mutex> lock(m);
        if (ordered) data = 1;
        published = true;
      });
      std::thread reader([&] {
        bool there = false;
        {
          std::lock_guard<std::mutex> lock(m);
          there = published;
        }
        if (there || !ordered) selvage::outcome(data);
      });
      writer.join();
      reader.join();
    };
  };
  EXPECT_THAT(explore(stateful(), body(false)), FindsDataRace());
  EXPECT_THAT(explore(stateful(), body(true)), Proves(OutcomesAre(testing::SizeIs(testing::Le(1)))));
}

// Who is about to read an atomic location is taken to know what was released there, as long as nobody stores to it. Here a
// store comes in between and hands on nothing, after which the reader must not know.
TEST(Races, AreNotHiddenByAStoreToCome) {
  for (const auto order : {std::memory_order_relaxed, std::memory_order_release, std::memory_order_seq_cst}) {
    for (const bool swaps : {false, true}) {
      SCOPED_TRACE(testing::Message() << "order " << static_cast<int>(order) << ", swaps " << swaps);
      const auto body = [order, swaps](bool stores) {
        return [order, swaps, stores] {
          std::atomic<int> x{0};
          int data = 0;
          std::thread writer([&] {
            data = 1;
            x.fetch_add(1, std::memory_order_release);
          });
          std::thread other([&] {
            if (x.load(std::memory_order_relaxed) != 1) return;
            if (stores) {
              x.store(5, order);
            } else {
              x.fetch_add(4, std::memory_order_relaxed);
            }
          });
          std::thread reader([&] {
            int seen = 5;
            if (swaps) {
              x.compare_exchange_strong(seen, 6);
            } else {
              seen = x.load(std::memory_order_acquire);
            }
            if (seen == 5) selvage::outcome(data);
          });
          writer.join();
          other.join();
          reader.join();
        };
      };
      EXPECT_THAT(explore(stateful(), body(true)), FindsDataRace());
      EXPECT_EQ(explore(stateful(), body(false)).verdict, Verdict::proved);
    }
  }
}

// ... nor is anything known that is read without acquiring.
TEST(Races, AreNotHiddenWhereNothingIsAcquired) {
  const auto body = [](std::memory_order order, bool swaps) {
    return [order, swaps] {
      std::atomic<int> x{0};
      int data = 0;
      std::thread writer([&] {
        data = 1;
        x.fetch_add(1, std::memory_order_release);
      });
      std::thread reader([&] {
        int seen = 7;  // so that it fails
        if (swaps) {
          x.compare_exchange_strong(seen, 8, std::memory_order_acquire, order);
        } else {
          seen = x.load(order);
        }
        if (seen == 1) selvage::outcome(data);
      });
      writer.join();
      reader.join();
    };
  };
  for (const bool swaps : {false, true}) {
    EXPECT_THAT(explore(stateful(), body(std::memory_order_relaxed, swaps)), FindsDataRace()) << swaps;
    EXPECT_EQ(explore(stateful(), body(std::memory_order_acquire, swaps)).verdict, Verdict::proved) << swaps;
  }
}

// What is read by a read-modify-write came before its own access.
TEST(Races, AreNoneBetweenAnInitialisationAndAnUpdateThatReadsFromIt) {
  const auto body = [] {
    int word = 0;
    std::atomic<bool> there{false};
    std::thread writer([&] {
      word = 1;
      std::atomic_ref<int>(word).fetch_add(1, std::memory_order_release);
      there.store(true, std::memory_order_relaxed);
    });
    std::thread reader([&] {
      if (!there.load(std::memory_order_relaxed)) return;
      int two = 2;
      std::atomic_ref<int>(word).compare_exchange_strong(two, 3, std::memory_order_acquire);
      std::atomic_ref<int>(word).fetch_add(1, std::memory_order_relaxed);
    });
    writer.join();
    reader.join();
    selvage::outcome(word);
  };
  for (const auto search :
       {selvage::Search::stateful, selvage::Search::exhaustive, selvage::Search::graphs}) {
    auto options = stateful();
    options.search = search;
    if (search != selvage::Search::graphs) options.model = "sc";
    EXPECT_THAT(explore(options, body), Proves(OutcomesAre(ElementsAre(2, 4))));
  }
}

// With a try-lock unlocks become scheduling points: whenever the first is met, the search starts over.
TEST(Search, StartsOverAtATryLockMetLate) {
  EXPECT_THAT(explore(stateful(),
                      [] {
                        std::mutex m;
                        std::atomic<int> a{0};
                        std::thread other([&] {
                          m.lock();
                          a = 1;
                          m.unlock();
                        });
                        if (a == 1) {
                          const bool got = m.try_lock();
                          if (got) m.unlock();
                          selvage::check(got, "nobody holds the lock");
                        }
                        other.join();
                      }),
              Finds(Verdict::assertion));
}

// ... and with more threads than had been met before.
TEST(Search, StartsOverWithManyThreads) {
  EXPECT_THAT(explore(stateful(),
                      [] {
                        std::atomic<int> a{0};
                        std::thread other([&] { a = 1; });
                        std::vector<std::thread> more(a == 1 ? 9 : 1);
                        for (auto& thread : more) thread = std::thread([] {});
                        for (auto& thread : more) thread.join();
                        other.join();
                        selvage::outcome(more.size());
                      }),
              Proves(OutcomesAre(ElementsAre(1, 9))));
}

TEST(State, InvariantsBelongToIt) {
  for (const bool wrong : {false, true}) {
    EXPECT_THAT(explore(stateful(),
                        [wrong] {
                          std::atomic<int> value{0};
                          selvage::invariant([&] { return value < (wrong ? 2 : 3); }, "bounded");
                          std::thread other([&] { ++value; });
                          ++value;
                          selvage::invariant([&] { return value > 0; }, "made late");
                          other.join();
                        }),
                wrong ? Finds(Verdict::assertion) : Proves());
  }
}

// Which are made may be chosen before anything else happens.
TEST(State, InvariantsMayBeChosen) {
  EXPECT_THAT(explore(stateful(),
                      [] {
                        std::atomic<int> value{0};
                        const int bound = 3 - selvage::choose(2);
                        selvage::invariant([&value, bound] { return value < bound; }, "bounded");
                        std::thread other([&] { ++value; });
                        ++value;
                        other.join();
                      }),
              Finds(Verdict::assertion));
}

// One that is made in the step that ends its execution is none of the executions that are gone on with.
TEST(State, InvariantsEndWithTheirExecution) {
  auto options = stateful();
  options.keep_going = true;
  const auto result = explore(options, [] {
    std::atomic<int> value{0};
    selvage::invariant([&] { return value >= 0; }, "never negative");
    std::thread other([&] { value = 1; });
    const bool late = value == 1;
    other.join();
    if (late) {
      selvage::invariant([&] { return value < 2; }, "of this execution alone");
      selvage::check(false, "ends here");
    }
    for (int i = 2; i < 6; ++i) value = i;
  });
  ASSERT_EQ(result.violations.size(), 1U) << result;
  EXPECT_THAT(result.violations[0].message, testing::HasSubstr("ends here"));
}

TEST(State, ChoicesAreSteps) {
  EXPECT_THAT(explore(stateful(),
                      [] {
                        std::atomic<int> sum{0};
                        std::thread other([&] { sum += selvage::choose(3); });
                        sum += 10 * selvage::choose(2);
                        other.join();
                        selvage::outcome(sum.load());
                      }),
              Proves(OutcomesAre(ElementsAre(0, 1, 2, 10, 11, 12))));
}

TEST(State, HeapsAndStacksAndExceptions) {
  expect_agreement([] {
    std::mutex m;
    std::vector<std::string> words;
    const auto add = [&](const char* word) {
      try {
        std::lock_guard<std::mutex> lock(m);
        words.emplace_back(word);
        if (words.size() == 2) throw std::runtime_error(words[0] + words[1]);
      } catch (const std::runtime_error& error) {
        selvage::outcome(std::string(error.what()));
      }
    };
    std::thread first(add, "a"), second(add, "b");
    first.join();
    second.join();
  });
}

// What the runtime itself keeps for a program is part of its state.
TEST(State, NamesAndKeysBelongToIt) {
  expect_agreement([] {
    std::mutex m;
    const pthread_t self = pthread_self();
    const auto name = [&](const char* text) {
      std::lock_guard<std::mutex> lock(m);
      char before[16];
      pthread_getname_np(self, before, sizeof before);
      pthread_setname_np(self, text);
      selvage::outcome(std::string(before));
    };
    std::thread first(name, "one"), second(name, "two");
    first.join();
    second.join();
  });
  expect_agreement([] {
    static std::atomic<int> destroyed;
    destroyed = 0;
    const auto work = [] {
      pthread_key_t key;
      pthread_key_create(&key, [](void*) { ++destroyed; });
      pthread_setspecific(key, &destroyed);
      if (selvage::choose(2) == 1) pthread_key_delete(key);
    };
    std::thread first(work), second(work);
    first.join();
    second.join();
    selvage::outcome(destroyed.load());
  });
  // ... also what it keeps from before the first scheduling point.
  expect_agreement([] {
    static std::atomic<int> destroyed;
    destroyed = 0;
    pthread_key_t key;
    pthread_key_create(&key, [](void*) { ++destroyed; });
    const auto work = [&] { pthread_setspecific(key, &destroyed); };
    std::thread first(work), second(work);
    first.join();
    second.join();
    selvage::outcome(destroyed.load());
  });
}

TEST(State, UseAfterFreeAndLeaksAreFound) {
  EXPECT_THAT(explore(stateful(),
                      [] {
                        std::mutex m;
                        auto* shared = new int(1);
                        std::thread other([&] {
                          std::lock_guard<std::mutex> lock(m);
                          delete shared;
                        });
                        {
                          std::lock_guard<std::mutex> lock(m);
                          selvage::outcome(*shared);
                        }
                        other.join();
                      }),
              Finds(Verdict::use_after_free));
  EXPECT_THAT(explore(stateful(),
                      [] {
                        static std::atomic<int*> kept;
                        std::atomic<int> turn{0};
                        std::thread other([&] {
                          if (turn.exchange(1) == 0) kept = new int(1);
                        });
                        const bool first = turn.exchange(1) == 0;
                        other.join();
                        if (!first) kept = nullptr;
                      }),
              Finds(Verdict::leak));
}

// That it comes out alike twice in a row may be chance.
TEST(Search, WhatNobodyControlsIsNoticed) {
  for (const unsigned alike : {1, 2, 3}) {
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(page, MAP_FAILED);
    auto* count = new (page) std::uint64_t(0);
    const auto result = explore(stateful(), [=] {
      std::atomic<std::uint64_t> sum{0};
      // Unseen, or it would be put back with the rest of the state.
      std::thread other([&] { sum += (count_unseen(count) - 1) / alike; });
      sum += 1;
      other.join();
    });
    EXPECT_EQ(result.verdict, Verdict::nondeterministic) << alike << result;
    munmap(page, 4096);
  }
}

}  // namespace
