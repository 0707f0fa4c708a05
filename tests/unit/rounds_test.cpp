// A thread that goes round without progress is recognised although its stack holds bytes that the program never wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <semaphore>
#include <shared_mutex>
#include <thread>
#include <vector>

namespace {

using selvage::OutcomesAre;
using selvage::Proves;
using testing::ElementsAre;

/// Calls `inner` with as many bytes of the stack never written as a program is likely to have, of what was there before.
template <std::size_t kBytes, typename Inner>
__attribute__((noinline)) auto above_a_hole(Inner inner) {
  __attribute__((uninitialized)) std::array<char, kBytes> hole;
  asm volatile("" : : "r"(hole.data()));
  const auto result = inner();
  asm volatile("" : : "r"(hole.data()));
  return result;
}

selvage::Options within(std::uint64_t executions) {
  selvage::Options options;
  options.executions = executions;
  options.max_events = 3000;
  options.seconds = 20;
  return options;
}

/// What a thread does before it looks again: each takes the runtime's own way.
struct Step {
  const char* name;
  std::function<void()> act;
};

std::mutex g_mutex;
std::recursive_mutex g_recursive;
std::shared_mutex g_shared;
std::counting_semaphore<1> g_semaphore(0);
std::condition_variable g_nobody;
std::atomic<int> g_word;

__attribute__((noinline)) void touch(std::array<int, 64>& own) {
  for (int& each : own) ++each;
}

class Polling : public testing::TestWithParam<Step> {};

TEST_P(Polling, EndsWhereTheFlagIsRaised) {
  const auto result = selvage::explore(within(2000), [act = GetParam().act] {
    std::atomic<bool> flag = false;
    std::thread poller([&] {
      for (;;) {
        act();
        if (above_a_hole<6000>([&] { return flag.load(); })) break;
      }
      selvage::outcome("seen");
    });
    flag = true;
    poller.join();
  });
  EXPECT_THAT(result, Proves(OutcomesAre(ElementsAre("seen"))));
}

INSTANTIATE_TEST_SUITE_P(
    Steps, Polling,
    testing::Values(Step{"nothing", [] {}},
                    Step{"plain",
                         [] {
                           std::array<int, 64> own{};
                           touch(own);
                         }},
                    Step{"lock", [] { const std::lock_guard lock(g_mutex); }},
                    Step{"load", [] { static_cast<void>(g_word.load()); }},
                    Step{"rmw", [] { static_cast<void>(g_word.fetch_add(0)); }},
                    Step{"store", [] { g_word.store(0); }},
                    Step{"failing_exchange",
                         [] {
                           int expected = 7;
                           static_cast<void>(g_word.compare_exchange_strong(expected, 8));
                         }},
                    Step{"fence", [] { std::atomic_thread_fence(std::memory_order_seq_cst); }},
                    Step{"shared_lock", [] { const std::shared_lock lock(g_shared); }},
                    Step{"recursive_lock",
                         [] {
                           const std::lock_guard outer(g_recursive);
                           const std::lock_guard inner(g_recursive);
                         }},
                    Step{"try_acquire", [] { static_cast<void>(g_semaphore.try_acquire()); }},
                    Step{"notify", [] { g_nobody.notify_all(); }},
                    Step{"copy",
                         [] {
                           std::array<int, 64> from{}, to{};
                           std::memcpy(to.data(), from.data(), sizeof to);
                           touch(to);
                         }},
                    Step{"yield", [] { std::this_thread::yield(); }}),
    [](const auto& step) { return std::string(step.param.name); });

// What others see on a stack changes between rounds although the thread that goes round is where it was.

struct Counter {
  std::mutex mutex;
  int count = 0;
  bool raised = false;
};
// Functions of their own, so that no value stays in the register or slot of a caller.
__attribute__((noinline)) void lock(Counter& c) { c.mutex.lock(); }
__attribute__((noinline)) void unlock(Counter& c) { c.mutex.unlock(); }
__attribute__((noinline)) void add(Counter& c) { ++c.count; }
__attribute__((noinline)) bool below(const Counter& c, int bound) { return c.count < bound; }
__attribute__((noinline)) bool raised(const Counter& c) { return c.raised; }
__attribute__((noinline)) void raise(Counter& c) { c.raised = true; }

void count_to(Counter& c, int bound) {
  for (;;) {
    lock(c);
    if (!below(c, bound)) break;
    add(c);
    unlock(c);
  }
  unlock(c);
}

void wait_for(Counter& c) {
  for (;;) {
    lock(c);
    const bool done = raised(c);
    unlock(c);
    if (done) return;
  }
}

TEST(SharedStack, CountingThereIsNoRound) {
  // Whoever counts, 2^4 ways, and whoever sees the end first.
  const auto here = selvage::explore([] {
    Counter counter;
    std::thread other([&] { count_to(counter, 4); });
    count_to(counter, 4);
    other.join();
  });
  const auto elsewhere = selvage::explore([] {
    Counter counter;
    std::thread first([&] { count_to(counter, 4); }), second([&] { count_to(counter, 4); });
    first.join();
    second.join();
  });
  EXPECT_EQ(here.verdict, selvage::Verdict::proved) << here;
  EXPECT_EQ(elsewhere.verdict, selvage::Verdict::proved) << elsewhere;
  EXPECT_EQ(here.executions, 32U);
  EXPECT_EQ(elsewhere.executions, 32U);
}

TEST(SharedStack, WhoWaitsForAFlagThereSeesItRaised) {
  EXPECT_THAT(selvage::explore([] {
                Counter counter;
                std::thread waiter([&] { wait_for(counter); });
                lock(counter);
                raise(counter);
                unlock(counter);
                waiter.join();
              }),
              Proves());
  EXPECT_THAT(selvage::explore([] {
                Counter ping, pong;
                std::thread other([&] {
                  wait_for(ping);
                  lock(pong);
                  raise(pong);
                  unlock(pong);
                });
                lock(ping);
                raise(ping);
                unlock(ping);
                wait_for(pong);
                other.join();
              }),
              Proves());
}

TEST(SharedStack, WakeUpsCountedThereAreNotTakenForTheSame) {
  selvage::Options options;
  options.max_events = 100;
  const auto result = selvage::explore(options, [] {
    Counter counter;
    std::condition_variable changed;
    std::thread waiter([&] {
      std::unique_lock guard(counter.mutex);
      while (!raised(counter)) {
        add(counter);
        changed.wait(guard);
      }
    });
    lock(counter);
    raise(counter);
    unlock(counter);
    changed.notify_one();
    waiter.join();
    selvage::outcome(std::min(counter.count, 4));
  });
  // As often as it wakes for nothing: no end to it.
  EXPECT_THAT(result, OutcomesAre(ElementsAre("0", "1", "2", "3", "4")));
  EXPECT_EQ(result.verdict, selvage::Verdict::exhausted) << result;
}

TEST(Waiting, SpuriousWakeUpsAreRoundsToo) {
  const auto result = selvage::explore(within(2000), [] {
    std::mutex mutex;
    std::condition_variable raised;
    bool flag = false;
    int looks = 0;
    std::thread waiter([&] {
      std::unique_lock lock(mutex);
      std::array<int, 64> own{};
      while (!flag) {
        touch(own);
        own = {};
        above_a_hole<6000>([&] {
          raised.wait(lock);
          return 0;
        });
        looks = flag ? 1 : 0;
      }
      selvage::outcome(looks);
    });
    {
      const std::lock_guard lock(mutex);
      flag = true;
    }
    raised.notify_one();
    waiter.join();
  });
  EXPECT_THAT(result, Proves(OutcomesAre(ElementsAre("0", "1"))));
}

// What a round did may be undone when it ends, and yet have been seen.

TEST(SeenInPassing, AWriteThatIsTakenBack) {
  const auto result = selvage::explore([] {
    std::mutex mutex;
    std::condition_variable changed;
    int x = 0;
    bool done = false, late = false;
    std::thread waiter([&] {
      std::unique_lock lock(mutex);
      while (x != 1) {
        if (done) {
          late = true;
          break;
        }
        x = 1;
        changed.wait(lock);
      }
    });
    const auto locked = [&mutex](auto act) {
      const std::lock_guard lock(mutex);
      return act();
    };
    const int first = locked([&x] { return x; });
    locked([&x] { return x = 2; });
    const int second = locked([&x] { return x; });
    locked([&] {
      done = true;
      return x = 0;
    });
    changed.notify_one();
    waiter.join();
    selvage::outcome(100 * first + 10 * second + (late ? 1 : 0));
  });
  // The waiter wrote 1 before the first look or not, again before the second or not, and saw its own 1 at last or not.
  EXPECT_THAT(result, Proves(ElementsAre(10, 11, 20, 21, 110, 111, 120, 121)));
}

TEST(SeenInPassing, ALockThatIsHeldForAMoment) {
  constexpr int kTries = 4;
  const auto result = selvage::explore([] {
    std::mutex mutex;
    std::atomic<bool> done = false;
    std::thread worker([&] {
      while (!done.load()) {
        mutex.lock();
        mutex.unlock();
      }
    });
    int got = 0;
    for (int i = 0; i < kTries; ++i) {
      const bool ok = mutex.try_lock();
      if (ok) mutex.unlock();
      got = 2 * got + (ok ? 1 : 0);
    }
    done = true;
    worker.join();
    selvage::outcome(got);
  });
  EXPECT_EQ(result.verdict, selvage::Verdict::proved) << result;
  EXPECT_EQ(result.outcomes.size(), 1U << kTries);
}

TEST(Stopped, NotWithALockInHand) {
  EXPECT_THAT(selvage::explore([] {
                std::shared_mutex lock;
                bool ready = false;
                std::thread poller([&] {
                  for (;;) {
                    const std::shared_lock shared(lock);
                    if (ready) break;
                  }
                });
                { const std::unique_lock alone(lock); }
                {
                  const std::unique_lock alone(lock);
                  ready = true;
                }
                poller.join();
              }),
              Proves());
  EXPECT_THAT(selvage::explore([] {
                std::mutex outer, inner;
                bool ready = false;
                std::thread poller([&] {
                  for (;;) {
                    const std::lock_guard first(outer);
                    const std::lock_guard second(inner);
                    if (ready) break;
                  }
                });
                { const std::lock_guard second(inner); }
                {
                  const std::lock_guard first(outer);
                  const std::lock_guard second(inner);
                  ready = true;
                }
                poller.join();
              }),
              Proves());
}

TEST(Stopped, NotForGoodWhereWhatFollowsIsNoProgress) {
  EXPECT_THAT(selvage::explore([] {  // a lock is taken
                std::mutex mutex;
                std::thread poller([&] {
                  while (mutex.try_lock()) mutex.unlock();
                });
                mutex.lock();
                poller.join();
                mutex.unlock();
              }),
              Proves());
  EXPECT_THAT(selvage::explore([] {  // the C library writes
                static char text[8];
                text[0] = 0;
                std::mutex mutex;
                std::thread poller([&] {
                  for (;;) {
                    const std::lock_guard lock(mutex);
                    if (text[0] != 0) break;
                  }
                });
                {
                  const std::lock_guard lock(mutex);
                  std::snprintf(text, sizeof text, "%d", 5);
                }
                poller.join();
              }),
              Proves());
  selvage::Options random;
  random.search = selvage::Search::random;
  random.executions = 3000;
  const auto result =
      selvage::explore(random, [] {  // the lock is given back before the poller is found to go round
        std::mutex mutex;
        std::atomic<int> x = 0;
        std::thread poller([&] {
          while (!mutex.try_lock()) x.load();
          mutex.unlock();
        });
        for (int i = 0; i < 2; ++i) {
          mutex.lock();
          mutex.unlock();
        }
        poller.join();
      });
  EXPECT_TRUE(result.violations.empty()) << result;
}

TEST(Livelock, AWaitThatOnlyTimesOut) {
  const auto result = selvage::explore([] {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
    int first = 0;
    bool flag = false;
    std::thread waiter([&] {
      const timespec soon{1, 0};
      pthread_mutex_lock(&mutex);
      if (first == 0) first = 1;
      while (!flag) pthread_cond_timedwait(&changed, &mutex, &soon);
      pthread_mutex_unlock(&mutex);
    });
    pthread_mutex_lock(&mutex);
    if (first == 0) {
      first = 2;
      flag = true;
    }
    pthread_mutex_unlock(&mutex);
    waiter.join();
  });
  EXPECT_THAT(result, selvage::Finds(selvage::Verdict::livelock));
}

TEST(Livelock, NotWhereSomebodysTimeWillBeUp) {
  const auto result = selvage::explore([] {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    std::atomic<bool> flag = false;
    std::mutex tried;
    const auto poll = [&] {
      while (!flag.load()) {
        if (tried.try_lock()) tried.unlock();
      }
    };
    std::thread first(poll), second(poll);
    const timespec soon{1, 0};
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&never, &mutex, &soon);
    pthread_mutex_unlock(&mutex);
    flag = true;
    first.join();
    second.join();
  });
  EXPECT_THAT(result, Proves());
}

// Woken for nothing, it goes round with all as it was; but it may not be woken for nothing for ever.
TEST(Livelock, NotWhereAWaitIsRepeatedUntilItsTimeIsUp) {
  for (const bool looks : {false, true}) {
    for (const char* model : {"sc", "rc11"}) {
      selvage::Options options;
      options.model = model;
      const auto result = selvage::explore(options, [looks] {
        pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        pthread_cond_t never = PTHREAD_COND_INITIALIZER;
        timespec until{1, 0};
        if (looks) clock_gettime(CLOCK_REALTIME, &until);
        pthread_mutex_lock(&mutex);
        int waited = 0;
        while (waited == 0) waited = pthread_cond_timedwait(&never, &mutex, &until);
        pthread_mutex_unlock(&mutex);
        selvage::outcome(waited == ETIMEDOUT);
      });
      EXPECT_THAT(result, Proves()) << model << looks;
      EXPECT_THAT(result, OutcomesAre(ElementsAre("1")));
    }
  }
}

// --- rounds that a write without a hook changes something in

selvage::Options searching(selvage::Search search, const char* model = "sc") {
  selvage::Options options = within(0);
  options.search = search;
  options.model = model;
  return options;
}

std::vector<selvage::Options> all_searches() {
  using selvage::Search;
  return {searching(Search::exhaustive), searching(Search::enumerate), searching(Search::stateful),
          searching(Search::graphs), searching(Search::graphs, "rc11")};
}

/// Gives up when `numbers`, which the C library makes from `seed`, say so.
bool try_send(std::atomic<int>& slot, unsigned* seed) {
  for (;;) {
    int expected = 0;
    if (slot.compare_exchange_strong(expected, 1)) return true;
    if (rand_r(seed) % 8 == 0) return false;
  }
}

TEST(UnseenWrites, ToAnothersStack) {
  for (const selvage::Options& options : all_searches()) {
    const auto result = selvage::explore(options, [] {
      alignas(64) unsigned seed = 7;
      alignas(64) std::atomic<int> slot{1};
      bool sent = false;
      std::thread sender([&] { sent = try_send(slot, &seed); });
      slot.store(0);
      sender.join();
      selvage::outcome(sent ? "sent" : "gave up");
    });
    EXPECT_THAT(result, Proves());
    EXPECT_THAT(result, OutcomesAre(ElementsAre("gave up", "sent")));
  }
}

TEST(UnseenWrites, ToAnothersStackAreNoLivelock) {
  for (const selvage::Options& options : all_searches()) {
    EXPECT_THAT(selvage::explore(options,
                                 [] {
                                   alignas(64) unsigned seed = 1;
                                   alignas(64) std::atomic<int> never{0};
                                   std::thread poller([&] {
                                     while (never.load() == 0 && rand_r(&seed) % 16 != 0) {
                                     }
                                   });
                                   poller.join();
                                 }),
                Proves());
  }
}

thread_local unsigned own_seed = 0;

TEST(UnseenWrites, ToAnothersThreadLocals) {
  for (const selvage::Options& options : all_searches()) {
    const auto result = selvage::explore(options, [] {
      own_seed = 1;
      std::atomic<int> set{0};
      bool gave_up = false;
      std::thread poller([&gave_up, &set, seed = &own_seed] {
        while (set.load() == 0 && !gave_up) gave_up = rand_r(seed) % 8 == 0;
      });
      set.store(1);
      poller.join();
      selvage::outcome(gave_up ? 1 : 0);
    });
    EXPECT_THAT(result, Proves());
    EXPECT_THAT(result, OutcomesAre(ElementsAre("0", "1")));
  }
}

/// Those who go round are woken a few times, since others have moved; a replay must not wake them once more.
TEST(Livelock, OfSpinnersThatWereWokenIsReplayed) {
  for (const selvage::Options& options : all_searches()) {
    const auto result = selvage::explore(options, [] {
      std::atomic<int> flag{0};
      const auto wait = [&flag] {
        while (flag.load() == 0) {
          int expected = 1;
          if (flag.compare_exchange_strong(expected, 2)) break;
          flag.fetch_or(0);
        }
      };
      std::thread first(wait), second(wait);
      first.join();
      second.join();
    });
    EXPECT_EQ(result.verdict, selvage::Verdict::livelock) << result;
  }
}

TEST(Executions, OfARandomSearchAreCountedWhereABoundCutsThem) {
  selvage::Options options = searching(selvage::Search::random);
  options.executions = 5;
  options.max_events = 10;
  const auto result = selvage::explore(options, [] {
    std::atomic<int> counter{0};
    for (int i = 0; i < 100; ++i) ++counter;
  });
  EXPECT_EQ(result.verdict, selvage::Verdict::exhausted);
  EXPECT_EQ(result.executions, 0U);
  EXPECT_EQ(result.bounded, 5U);
  EXPECT_LT(result.seconds, options.seconds);
}

}  // namespace
