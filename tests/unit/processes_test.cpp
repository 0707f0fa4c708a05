// Processes: counts that are known, and what must be found between processes and not within one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <string>
#include <thread>
#include <vector>

#include "processes.hpp"

namespace {

using processes::join;
using processes::map_shared;
using processes::Mutex;
using processes::start;
using selvage::Options;
using selvage::Proves;
using selvage::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;

std::uint64_t choose_from(int n, int k) {
  std::uint64_t result = 1;
  for (int i = 1; i <= k; ++i)
    result = result * static_cast<std::uint64_t>(n - k + i) / static_cast<std::uint64_t>(i);
  return result;
}

struct Counted {
  Mutex lock;
  int count = 0;
};

void count_up(Counted* c, int n) {
  for (int i = 0; i < n; ++i) {
    c->lock.lock();
    ++c->count;
    c->lock.unlock();
  }
}

TEST(Processes, LockedCounter) {
  for (int n = 1; n <= 5; ++n) {
    const auto result = selvage::explore([n] {
      auto* c = map_shared<Counted>();
      const pid_t a = start([&] { count_up(c, n); });
      const pid_t b = start([&] { count_up(c, n); });
      join(a);
      join(b);
      selvage::outcome(c->count);
    });
    EXPECT_THAT(result, Proves(selvage::OutcomeIs(2 * n)));
    EXPECT_EQ(result.executions, choose_from(2 * n, n)) << n;
  }
}

TEST(Processes, ParentAndChildCountTogether) {
  const auto result = selvage::explore([] {
    auto* c = map_shared<Counted>();
    const pid_t a = start([&] { count_up(c, 3); });
    count_up(c, 3);
    join(a);
    selvage::outcome(c->count);
  });
  EXPECT_THAT(result, Proves(selvage::OutcomeIs(6)));
  EXPECT_EQ(result.executions, choose_from(6, 3));
}

TEST(Processes, AtomicsInSharedMemory) {
  for (int n = 1; n <= 4; ++n) {
    const auto result = selvage::explore([n] {
      auto* count = map_shared<std::atomic<int>>();
      const auto loop = [&] {
        for (int i = 0; i < n; ++i) count->fetch_add(1, std::memory_order_relaxed);
      };
      const pid_t a = start(loop), b = start(loop);
      join(a);
      join(b);
      selvage::outcome(count->load());
    });
    EXPECT_THAT(result, Proves(selvage::OutcomeIs(2 * n)));
    EXPECT_EQ(result.executions, choose_from(2 * n, n)) << n;
  }
}

/// A function, so that no compiler makes one addition of several.
__attribute__((noinline)) void increment(int* count) { ++*count; }

TEST(Processes, RacyCounterLosesAsManyUpdatesAsThatOfThreads) {
  Options options;
  options.races = selvage::Races::explore;
  const auto result = selvage::explore(options, [] {
    auto* count = map_shared<int>();
    const auto loop = [&] {
      for (int i = 0; i < 2; ++i) increment(count);
    };
    const pid_t a = start(loop), b = start(loop);
    join(a);
    join(b);
    selvage::outcome(*count);
  });
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(2, 3, 4)));
  EXPECT_EQ(result.executions, 34U);  // as GenMC and Nidhugg count (cases/two-threads)
}

TEST(Processes, NLockersInEveryOrder) {
  std::uint64_t factorial = 1;
  for (int n = 2; n <= 4; ++n) {
    factorial *= static_cast<std::uint64_t>(n);
    const auto result = selvage::explore([n] {
      auto* c = map_shared<Counted>();
      std::vector<pid_t> children;
      for (int i = 0; i < n; ++i) children.push_back(start([&] { count_up(c, 1); }));
      for (const pid_t child : children) join(child);
      selvage::outcome(c->count);
    });
    EXPECT_THAT(result, Proves(selvage::OutcomeIs(n)));
    EXPECT_EQ(result.executions, factorial) << n;
  }
}

// What the body captured is memory of the parent's, too.
TEST(Processes, CapturedVariablesAreCopied) {
  int captured = 1;
  std::vector<int> on_heap{1, 2, 3};
  const auto result = selvage::explore([&] {
    captured = 2;
    const pid_t child = start([&] {
      captured += 10;
      on_heap[0] = captured;
      _exit(on_heap[0]);
    });
    captured += 100;
    const int status = join(child);
    selvage::outcome(std::to_string(captured) + " " + std::to_string(on_heap[0]) + " " +
                     std::to_string(WEXITSTATUS(status)));
  });
  EXPECT_THAT(result, Proves(selvage::OutcomeIs("102 1 12")));
  EXPECT_EQ(captured, 1);
}

TEST(Processes, GrandchildrenHaveCopiesOfCopies) {
  const auto result = selvage::explore([] {
    int value = 1;
    const pid_t child = start([&] {
      value = 2;
      const pid_t grandchild = start([&] {
        value += 10;
        _exit(value);
      });
      value = 3;
      const int status = join(grandchild);
      _exit(value * 20 + WEXITSTATUS(status));
    });
    value = 4;
    selvage::outcome(value * 100 + WEXITSTATUS(join(child)));
  });
  EXPECT_THAT(result, Proves(selvage::OutcomeIs(472)));
}

TEST(Processes, EveryOrderOfEndingIsSeen) {
  const auto result = selvage::explore([] {
    for (int i = 1; i <= 3; ++i) start([i] { _exit(i); });
    std::string order;
    for (int status = 0; wait(&status) > 0;) order += static_cast<char>('0' + WEXITSTATUS(status));
    selvage::outcome(order);
  });
  EXPECT_THAT(result, Proves());
  EXPECT_EQ(result.outcomes.size(), 6U);
}

TEST(Processes, AChildMayOrMayNotHaveEnded) {
  const auto result = selvage::explore([] {
    const pid_t child = start([] {});
    int status = 0;
    const pid_t first = waitpid(child, &status, WNOHANG);
    if (first == 0) join(child);
    selvage::outcome(first == child ? "ended" : "runs");
    selvage::check(waitpid(child, &status, WNOHANG) == -1 && errno == ECHILD);
  });
  EXPECT_THAT(result, Proves(ElementsAre("ended", "runs")));
}

TEST(Processes, AnOrphanHasAnotherParent) {
  const auto result = selvage::explore([] {
    auto* answer = map_shared<std::atomic<int>>();
    const pid_t root = getpid();
    const pid_t child = start([&] {
      const pid_t self = getpid();
      selvage::check(getppid() == root);
      start([&, self] {
        const pid_t parent = getppid();
        answer->store(parent == self ? 1 : 2);
      });
    });
    join(child);
    while (answer->load() == 0) sched_yield();
    selvage::outcome(answer->load());
  });
  EXPECT_THAT(result, Proves(ElementsAre(1, 2)));
}

TEST(Processes, ForkIsOrderedBeforeTheChildAndItsEndBeforeTheWait) {
  const auto result = selvage::explore([] {
    auto* value = map_shared<int>();
    *value = 1;
    const pid_t child = start([&] { *value += 1; });
    join(child);
    *value += 1;
    selvage::outcome(*value);
  });
  EXPECT_THAT(result, Proves(selvage::OutcomeIs(3)));
  EXPECT_EQ(result.executions, 1U);
  EXPECT_THAT(selvage::explore([] {
                auto* value = map_shared<int>();
                const pid_t child = start([&] { *value += 1; });
                *value += 1;
                join(child);
              }),
              selvage::FindsDataRace());
}

TEST(Processes, APrivateLockInSharedMemoryIsMisuse) {
  const auto result = selvage::explore([] {
    struct Private {
      pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    };
    auto* lock = map_shared<Private>();
    const auto use = [&] {
      pthread_mutex_lock(&lock->mutex);
      pthread_mutex_unlock(&lock->mutex);
    };
    const pid_t child = start(use);
    use();
    join(child);
  });
  EXPECT_EQ(result.verdict, Verdict::misuse);
  EXPECT_THAT(result.message, HasSubstr("two processes"));
}

TEST(Processes, LocksOfOneProcessAreNotThoseOfAnother) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  const auto result = selvage::explore([] {
    pthread_mutex_lock(&lock);
    const pid_t child = start([] {
      pthread_mutex_unlock(&lock);  // it holds a copy
      pthread_mutex_lock(&lock);
    });
    join(child);
    pthread_mutex_unlock(&lock);
  });
  EXPECT_THAT(result, Proves());
}

struct Meeting {
  pthread_barrier_t barrier;
  pthread_rwlock_t rwlock;
  sem_t semaphore;
  int value = 0;
  Meeting() {
    pthread_barrierattr_t b;
    pthread_barrierattr_init(&b);
    pthread_barrierattr_setpshared(&b, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&barrier, &b, 2);
    pthread_rwlockattr_t r;
    pthread_rwlockattr_init(&r);
    pthread_rwlockattr_setpshared(&r, PTHREAD_PROCESS_SHARED);
    pthread_rwlock_init(&rwlock, &r);
    sem_init(&semaphore, 1, 0);
  }
};

TEST(Processes, BarriersReadWriteLocksAndSemaphoresSynchronise) {
  const auto result = selvage::explore([] {
    auto* m = map_shared<Meeting>();
    const pid_t child = start([&] {
      m->value = 1;
      pthread_barrier_wait(&m->barrier);
      pthread_rwlock_wrlock(&m->rwlock);
      ++m->value;
      pthread_rwlock_unlock(&m->rwlock);
      sem_post(&m->semaphore);
    });
    pthread_barrier_wait(&m->barrier);
    pthread_rwlock_rdlock(&m->rwlock);
    const int seen = m->value;
    pthread_rwlock_unlock(&m->rwlock);
    sem_wait(&m->semaphore);
    selvage::outcome(std::to_string(seen) + std::to_string(m->value));
    join(child);
  });
  EXPECT_THAT(result, Proves(ElementsAre("12", "22")));
}

struct Waited {
  Mutex lock;
  pthread_cond_t condition;
  bool ready = false;
  Waited() {
    pthread_condattr_t c;
    pthread_condattr_init(&c);
    pthread_condattr_setpshared(&c, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&condition, &c);
  }
};

selvage::Result wait_for_condition(bool looks_again, bool under_lock) {
  return selvage::explore([=] {
    auto* w = map_shared<Waited>();
    const pid_t child = start([&] {
      if (under_lock) w->lock.lock();
      w->ready = true;
      if (under_lock) w->lock.unlock();
      pthread_cond_signal(&w->condition);
    });
    w->lock.lock();
    while (!w->ready) {
      pthread_cond_wait(&w->condition, w->lock.native_handle());
      if (!looks_again) break;
    }
    selvage::check(w->ready, "woken for nothing");
    w->lock.unlock();
    join(child);
  });
}

TEST(Processes, ConditionVariables) {
  EXPECT_THAT(wait_for_condition(true, true), Proves());
  EXPECT_THAT(wait_for_condition(false, true), selvage::FindsAssertion());
  EXPECT_THAT(wait_for_condition(true, false), selvage::FindsDataRace());
}

TEST(Processes, ARobustMutexOfAThreadThatEnds) {
  const auto result = selvage::explore([] {
    Mutex lock(true);
    std::thread([&] { lock.lock(); }).join();
    selvage::check(lock.lock() == EOWNERDEAD);
    selvage::check(lock.make_consistent() == 0);
    selvage::check(lock.unlock() == 0);
    selvage::check(lock.lock() == 0);
    selvage::check(lock.make_consistent() == EINVAL);
    selvage::check(lock.unlock() == 0);
  });
  EXPECT_THAT(result, Proves());
}

// A child dies at any of its n events, or at none of them.
TEST(Processes, ACrashPointIsAChoice) {
  const auto result = selvage::explore([] {
    auto* steps = map_shared<int>();
    const pid_t child = start([&] {
      for (int i = 0; i < 4; ++i) {
        selvage::crash_point();
        ++*steps;
      }
    });
    join(child);
    selvage::outcome(*steps);
  });
  EXPECT_THAT(result, Proves(ElementsAre(0, 1, 2, 3, 4)));
  EXPECT_EQ(result.executions, 5U);
}

TEST(Processes, CrashesBetweenPlainWritesToSharedMemoryAreSeen) {
  Options options;
  options.crash_children = true;
  const auto result = selvage::explore(options, [] {
    struct Two {
      int a = 0, b = 0;
    };
    auto* two = map_shared<Two>();
    join(start([&] {
      two->a = 1;
      two->b = 1;
    }));
    selvage::outcome(std::to_string(two->a) + std::to_string(two->b));
  });
  EXPECT_THAT(result, Proves(ElementsAre("00", "10", "11")));
}

TEST(Processes, AreRefusedByWhatCannotHaveThem) {
  const auto body = [] { join(start([] {})); };
  Options options;
  options.search = selvage::Search::stateful;
  const auto result = selvage::explore(options, body);
  EXPECT_EQ(result.verdict, Verdict::unsupported);
  EXPECT_THAT(result.message, HasSubstr("fork"));
  const auto with_invariant = selvage::explore([body] {
    selvage::invariant([] { return true; });
    body();
  });
  EXPECT_EQ(with_invariant.verdict, Verdict::unsupported);
  EXPECT_THAT(with_invariant.message, HasSubstr("fork"));
}

TEST(Processes, AllInterleavingsHaveTheSameOutcomes) {
  const auto body = [] {
    auto* count = map_shared<std::atomic<int>>();
    int ends[2];
    if (pipe(ends) != 0) return;
    const auto work = [&] {
      const int seen = count->load();
      count->store(seen + 1);
      const char c = static_cast<char>('0' + seen);
      selvage::check(write(ends[1], &c, 1) == 1);
    };
    const pid_t a = start(work), b = start(work);
    close(ends[1]);
    std::string text;
    for (char c = 0; read(ends[0], &c, 1) == 1;) text += c;
    join(a);
    join(b);
    selvage::outcome(text + " " + std::to_string(count->load()));
  };
  Options naive;
  naive.search = selvage::Search::enumerate;
  const auto all = selvage::explore(naive, body);
  const auto reduced = selvage::explore(body);
  EXPECT_THAT(all, Proves());
  EXPECT_THAT(reduced, Proves());
  ASSERT_EQ(all.outcomes.size(), reduced.outcomes.size());
  for (std::size_t i = 0; i < all.outcomes.size(); ++i)
    EXPECT_EQ(all.outcomes[i].value, reduced.outcomes[i].value);
  EXPECT_GT(all.executions, reduced.executions);
}

}  // namespace
