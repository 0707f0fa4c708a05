// Interchangeable threads (Options::symmetry): closed forms, generated programs with and without, and
// programs that tell their threads apart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "outcomes.hpp"

namespace {

using selvage::Options;
using selvage::Result;
using selvage::Search;
using selvage::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Options graphs(const char* model, bool symmetry) {
  Options options;
  options.search = Search::graphs;
  options.model = model;
  options.symmetry = symmetry;
  return options;
}

std::uint64_t choose_from(int n, int k) {
  std::uint64_t result = 1;
  for (int i = 1; i <= k; ++i)
    result = result * static_cast<std::uint64_t>(n - k + i) / static_cast<std::uint64_t>(i);
  return result;
}

template <typename Work>
void by_all(int threads, Work work) {
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t) all.emplace_back(work);
  for (std::thread& t : all) t.join();
}

TEST(Symmetry, HalvesTheLockedCounter) {
  for (const char* model : {"sc", "rc11"}) {
    for (int n = 1; n <= 7; ++n) {
      const Result result = selvage::explore(graphs(model, true), [n] {
        std::mutex m;
        int count = 0;
        const auto work = [&m, &count, n] {
          for (int i = 0; i < n; ++i) {
            const std::lock_guard lock(m);
            ++count;
          }
        };
        std::thread a(work), b(work);
        a.join();
        b.join();
        selvage::outcome(count);
      });
      EXPECT_EQ(result.verdict, Verdict::proved) << result;
      EXPECT_EQ(result.executions, choose_from(2 * n, n) / 2) << n;
      EXPECT_EQ(result.blocked, 0U);
      EXPECT_THAT(outcomes(result), ElementsAre(std::to_string(2 * n)));
      EXPECT_THAT(result.symmetry, ElementsAre("T1 T2"));
      EXPECT_THAT(result.message, HasSubstr("up to renaming T1 and T2"));
    }
  }
}

TEST(Symmetry, HalvesTheAtomicCounters) {
  const std::uint64_t racy[] = {4, 34, 328, 3334};
  for (const char* model : {"sc", "rc11"}) {
    for (int n = 1; n <= 4; ++n) {
      const Result added = selvage::explore(graphs(model, true), [n] {
        std::atomic<int> count = 0;
        by_all(2, [&count, n] {
          for (int i = 0; i < n; ++i) count.fetch_add(1, std::memory_order_relaxed);
        });
        selvage::outcome(count.load());
      });
      EXPECT_EQ(added.verdict, Verdict::proved);
      EXPECT_EQ(added.executions, choose_from(2 * n, n) / 2) << n;
      const Result stored = selvage::explore(graphs(model, true), [n] {
        std::atomic<int> count = 0;
        by_all(2, [&count, n] {
          for (int i = 0; i < n; ++i)
            count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        });
        selvage::outcome(count.load());
      });
      EXPECT_EQ(stored.verdict, Verdict::proved);
      EXPECT_EQ(stored.executions, racy[n - 1] / 2) << model << " " << n;
      EXPECT_EQ(stored.outcomes.size(), n == 1 ? 2U : static_cast<std::size_t>(2 * n - 1));
    }
  }
}

TEST(Symmetry, ManyThreadsOnceEachAreOneExecution) {
  for (int threads = 2; threads <= 7; ++threads) {
    const Result locked = selvage::explore(graphs("rc11", true), [threads] {
      std::mutex m;
      int count = 0;
      by_all(threads, [&] {
        const std::lock_guard lock(m);
        ++count;
      });
      selvage::outcome(count);
    });
    EXPECT_EQ(locked.verdict, Verdict::proved) << locked;
    EXPECT_EQ(locked.executions, 1U);
    const Result stored = selvage::explore(graphs("rc11", true), [threads] {
      std::atomic<int> x = 0;
      by_all(threads, [&x] { x.store(1, std::memory_order_relaxed); });
    });
    EXPECT_EQ(stored.executions, 1U);
  }
  // Twice each by three: 6!/(2!)^3 orders, in groups of 3!.
  const Result twice = selvage::explore(graphs("rc11", true), [] {
    std::mutex m;
    by_all(3, [&m] {
      for (int i = 0; i < 2; ++i) const std::lock_guard lock(m);
    });
  });
  EXPECT_EQ(twice.executions, 15U);
}

/// Without a lock, as races are explored.
TEST(Symmetry, RacyCounter) {
  for (int n = 1; n <= 3; ++n) {
    Options options = graphs("rc11", true);
    options.races = selvage::Races::explore;
    const Result result = selvage::explore(options, [n] {
      int count = 0;
      by_all(2, [&count, n] {
        for (int i = 0; i < n; ++i) ++count;
      });
      selvage::outcome(count);
    });
    EXPECT_EQ(result.verdict, Verdict::data_race);
    const std::uint64_t expected[] = {2, 17, 164};
    EXPECT_EQ(result.executions, expected[n - 1]);
    EXPECT_EQ(result.outcomes.size(), n == 1 ? 2U : static_cast<std::size_t>(2 * n - 1));
  }
}

/// Pairs, or more, of what each can read from one writer, in any order.
TEST(Symmetry, Readers) {
  const auto body = [](int readers) {
    return [readers] {
      std::atomic<int> x = 0, y = 0;
      std::thread writer([&] {
        x.store(1, std::memory_order_relaxed);
        y.store(1, std::memory_order_relaxed);
      });
      by_all(readers, [&] {
        static_cast<void>(x.load(std::memory_order_relaxed));
        static_cast<void>(y.load(std::memory_order_relaxed));
      });
      writer.join();
    };
  };
  for (const char* model : {"sc", "rc11"}) {
    EXPECT_EQ(selvage::explore(graphs(model, false), body(2)).executions, 16U);
    EXPECT_EQ(selvage::explore(graphs(model, true), body(2)).executions, 10U) << model;
    EXPECT_EQ(selvage::explore(graphs(model, true), body(3)).executions, 20U) << model;
  }
}

/// Who reads 2 makes it possible that 1 is written, which is older in modification order all the same. So the
/// two readers cannot be told to come in modification order.
TEST(Symmetry, AnOlderWriteThatDependsOnANewerOne) {
  const auto body = [] {
    std::atomic<int> x = 0, y = 0, ones = 0, twos = 0;
    std::thread two([&x] { x.store(2, std::memory_order_relaxed); });
    std::thread one([&] {
      if (y.load(std::memory_order_relaxed) == 1) x.store(1, std::memory_order_relaxed);
    });
    by_all(2, [&] {
      const int seen = x.load(std::memory_order_relaxed);
      if (seen == 1) ones.fetch_add(1, std::memory_order_relaxed);
      if (seen != 2) return;
      twos.fetch_add(1, std::memory_order_relaxed);
      y.store(1, std::memory_order_relaxed);
    });
    one.join();
    two.join();
    selvage::outcome(100 * x.load() + 10 * ones.load() + twos.load());
  };
  const Result plain = selvage::explore(graphs("rc11", false), body);
  const Result result = selvage::explore(graphs("rc11", true), body);
  EXPECT_THAT(outcomes(plain), testing::Contains("211"));
  EXPECT_EQ(outcomes(result), outcomes(plain));
  EXPECT_EQ(result.verdict, Verdict::proved);
  EXPECT_LT(result.executions, plain.executions);
  EXPECT_EQ(outcomes(selvage::explore(graphs("sc", true), body)),
            outcomes(selvage::explore(graphs("sc", false), body)));
}

TEST(Symmetry, ThreeCounters) {
  const auto body = [] {
    std::atomic<int> x = 0;
    by_all(3, [&x] { x.store(x.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); });
    selvage::outcome(x.load());
  };
  EXPECT_EQ(selvage::explore(graphs("sc", false), body).executions, 36U);
  EXPECT_EQ(selvage::explore(graphs("sc", true), body).executions, 6U);
  const Result result = selvage::explore(graphs("rc11", true), body);
  EXPECT_GE(result.executions, 6U);
  EXPECT_LE(result.executions, 8U);
  EXPECT_THAT(outcomes(result), ElementsAre("1", "2", "3"));
}

TEST(Symmetry, ThreadsThatWaitForEachOther) {
  for (const bool symmetry : {false, true}) {
    // Who comes first takes the locks one way round, who comes second the other.
    const Result result = selvage::explore(graphs("rc11", symmetry), [] {
      std::atomic<int> ticket = 0;
      std::mutex a, b;
      by_all(2, [&] {
        const bool first = ticket.fetch_add(1) == 0;
        const std::lock_guard outer(first ? a : b);
        const std::lock_guard inner(first ? b : a);
      });
    });
    EXPECT_EQ(result.verdict, Verdict::deadlock) << symmetry;
  }
}

TEST(Symmetry, SpinLock) {
  for (int n = 1; n <= 3; ++n) {
    const Result result = selvage::explore(graphs("rc11", true), [n] {
      std::atomic_flag taken;
      int count = 0;
      by_all(2, [&taken, &count, n] {
        for (int i = 0; i < n; ++i) {
          while (taken.test_and_set(std::memory_order_acquire)) {
          }
          ++count;
          taken.clear(std::memory_order_release);
        }
      });
      selvage::outcome(count);
    });
    EXPECT_EQ(result.verdict, Verdict::proved) << result;
    EXPECT_EQ(result.executions, choose_from(2 * n, n) / 2);
  }
}

TEST(Symmetry, TheSameForAnyNumberOfProcesses) {
  const auto body = [] {
    std::atomic<int> count = 0;
    by_all(3, [&count] {
      for (int i = 0; i < 2; ++i)
        count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    });
    selvage::outcome(count.load());
  };
  Options options = graphs("rc11", true);
  options.jobs = 1;
  const Result one = selvage::explore(options, body);
  options.jobs = 3;
  const Result three = selvage::explore(options, body);
  EXPECT_EQ(one.verdict, Verdict::proved);
  EXPECT_EQ(one.executions, three.executions);
  EXPECT_EQ(one.blocked, three.blocked);
  EXPECT_EQ(one.symmetry, three.symmetry);
  EXPECT_EQ(outcomes(one), outcomes(three));
  EXPECT_GT(one.executions, 1000U);
}

/// Equal choices keep threads equal; different ones do not, and both ways are explored.
TEST(Symmetry, Choices) {
  const auto body = [] {
    std::atomic<int> x = 0;
    by_all(2, [&x] {
      const int first = selvage::choose(2);
      const int seen = x.load();
      const int second = selvage::choose(2);
      x.fetch_add(1 + first + 3 * second + 9 * seen);
    });
    selvage::outcome(x.load());
  };
  for (const char* model : {"sc", "rc11"}) {
    const Result plain = selvage::explore(graphs(model, false), body);
    const Result result = selvage::explore(graphs(model, true), body);
    EXPECT_EQ(result.verdict, Verdict::proved);
    EXPECT_EQ(outcomes(result), outcomes(plain));
    EXPECT_LT(result.executions, plain.executions);
    EXPECT_THAT(result.symmetry, ElementsAre("T1 T2"));
  }
}

// --- programs that tell their threads apart: found, and explored in full

void expect_told_apart(const std::function<void()>& body, Verdict verdict) {
  for (const char* model : {"sc", "rc11"}) {
    const Result plain = selvage::explore(graphs(model, false), body);
    const Result result = selvage::explore(graphs(model, true), body);
    EXPECT_EQ(plain.verdict, verdict) << plain;
    EXPECT_EQ(result.verdict, verdict) << result;
    EXPECT_EQ(result.executions, plain.executions);
    EXPECT_EQ(outcomes(result), outcomes(plain));
    EXPECT_THAT(result.symmetry, IsEmpty());
  }
}

TEST(Symmetry, WhatIsDoneBetweenJoinsIsSeen) {
  expect_told_apart(
      [] {
        std::atomic<int> x = 0, seen = 0;
        const auto work = [&] { seen.fetch_add(10 * x.load()); };
        std::thread a(work), b(work);
        a.join();
        x.store(1);
        b.join();
        selvage::outcome(seen.load());
      },
      Verdict::proved);
}

/// To look at the clock is no event, but time passes when others end.
TEST(Symmetry, TheTimeBetweenJoinsIsSeen) {
  for (const bool between : {false, true}) {
    const auto body = [between] {
      std::atomic<int> ticket = 0;
      const auto work = [&] {
        if (ticket.fetch_add(1) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
      };
      const auto start = std::chrono::steady_clock::now();
      std::thread a(work), b(work);
      a.join();
      std::chrono::steady_clock::duration took{};
      if (between) took = std::chrono::steady_clock::now() - start;
      b.join();
      selvage::outcome(took / std::chrono::milliseconds(1));
    };
    if (between) {
      expect_told_apart(body, Verdict::proved);
      EXPECT_EQ(selvage::explore(graphs("rc11", true), body).outcomes.size(), 2U);
    } else {
      EXPECT_EQ(selvage::explore(graphs("rc11", true), body).executions, 1U);
    }
  }
}

TEST(Symmetry, TheTimeBetweenStartsIsSeen) {
  expect_told_apart(
      [] {
        std::atomic<long> sum = 0;
        const auto start = std::chrono::steady_clock::now();
        const auto work = [&] {
          sum.fetch_add((std::chrono::steady_clock::now() - start) / std::chrono::milliseconds(1));
        };
        std::thread a(work);
        static_cast<void>(std::chrono::steady_clock::now());
        std::thread b(work);
        a.join();
        b.join();
        selvage::outcome(sum.load());
      },
      Verdict::proved);
}

/// Only where the second to come is the one that is joined first.
TEST(Symmetry, ARaceBetweenJoins) {
  expect_told_apart(
      [] {
        std::atomic<int> ticket = 0;
        int data = 0;
        const auto work = [&] {
          if (ticket.fetch_add(1, std::memory_order_relaxed) == 0) data = 1;
        };
        std::thread a(work), b(work);
        a.join();
        selvage::check(data <= 1);
        b.join();
      },
      Verdict::data_race);
}

/// Only where the second to come is the one that was started first.
TEST(Symmetry, ARaceBetweenStarts) {
  expect_told_apart(
      [] {
        std::atomic<int> ticket = 0;
        int data = 0;
        const auto work = [&] {
          if (ticket.fetch_add(1, std::memory_order_relaxed) == 1) selvage::check(data <= 1);
        };
        std::thread a(work);
        data = 1;
        std::thread b(work);
        a.join();
        b.join();
      },
      Verdict::data_race);
}

TEST(Symmetry, AnEventBetweenStarts) {
  expect_told_apart(
      [] {
        std::atomic<int> x = 0, seen = 0;
        const auto work = [&] { seen.fetch_add(1 + 10 * x.load()); };
        std::thread a(work);
        x.store(1);
        std::thread b(work);
        a.join();
        b.join();
        selvage::outcome(seen.load());
      },
      Verdict::proved);
}

TEST(Symmetry, OtherArguments) {
  expect_told_apart(
      [] {
        std::atomic<int> last = 0;
        std::thread a([&last](int own) { last.store(own); }, 1), b([&last](int own) { last.store(own); }, 2);
        a.join();
        b.join();
        selvage::outcome(last.load());
      },
      Verdict::proved);
  expect_told_apart(
      [] {
        std::atomic<int> last = 0;
        const auto work = [&last](int own) { last.store(own); };
        std::thread a(work, 1), b(work, 2);
        a.join();
        b.join();
        selvage::outcome(last.load());
      },
      Verdict::proved);
}

std::atomic<long> g_tickets;
void* take_ticket(void*) { return reinterpret_cast<void*>(g_tickets.fetch_add(1)); }

TEST(Symmetry, OtherResults) {
  expect_told_apart(
      [] {
        pthread_t a, b;
        pthread_create(&a, nullptr, take_ticket, nullptr);
        pthread_create(&b, nullptr, take_ticket, nullptr);
        void *first = nullptr, *second = nullptr;
        pthread_join(a, &first);
        pthread_join(b, &second);
        selvage::outcome(10 * reinterpret_cast<long>(first) + reinterpret_cast<long>(second));
      },
      Verdict::proved);
}

/// Their arguments are objects of the program's own, so it can ask which thread has done what.
TEST(Symmetry, ArgumentsThatAreLookedAtLater) {
  expect_told_apart(
      [] {
        struct Own {
          int ticket = 0;
        };
        auto *one = new Own, *two = new Own;
        const auto run = [](void* own) -> void* {
          static_cast<Own*>(own)->ticket = static_cast<int>(g_tickets.fetch_add(1));
          return nullptr;
        };
        pthread_t a, b;
        pthread_create(&a, nullptr, run, one);
        pthread_create(&b, nullptr, run, two);
        pthread_join(a, nullptr);
        pthread_join(b, nullptr);
        selvage::outcome(10 * one->ticket + two->ticket);
        delete one;
        delete two;
      },
      Verdict::proved);
}

TEST(Symmetry, ThreadsThatStartThreads) {
  expect_told_apart(
      [] {
        std::atomic<int> x = 0;
        const auto work = [&x] {
          std::thread own([&x] { x.fetch_add(1); });
          own.join();
          x.fetch_add(1);
        };
        std::thread a(work), b(work);
        a.join();
        b.join();
        selvage::outcome(x.load());
      },
      Verdict::proved);
}

/// Where few executions do so, one of the processes that share the search comes to it: all start over.
TEST(Symmetry, ToldApartLate) {
  const auto body = [] {
    std::atomic<int> count = 0;
    by_all(3, [&count] {
      int last = 0;
      for (int i = 0; i < 2; ++i) {
        last = count.load(std::memory_order_relaxed) + 1;
        count.store(last, std::memory_order_relaxed);
      }
      if (last == 6) std::thread([] {}).join();
    });
    selvage::outcome(count.load());
  };
  Options options = graphs("rc11", false);
  const Result plain = selvage::explore(options, body);
  options.symmetry = true;
  for (const unsigned jobs : {1U, 2U}) {
    options.jobs = jobs;
    const Result result = selvage::explore(options, body);
    EXPECT_EQ(result.verdict, Verdict::proved);
    EXPECT_EQ(result.executions, plain.executions);
    EXPECT_EQ(outcomes(result), outcomes(plain));
    EXPECT_THAT(result.symmetry, IsEmpty());
  }
}

TEST(Symmetry, JoinedBySomebodyElse) {
  expect_told_apart(
      [] {
        std::atomic<int> x = 0;
        const auto work = [&x] { x.fetch_add(1); };
        std::thread a(work), b(work);
        std::thread c([&] {
          a.join();
          selvage::check(x.load() >= 1);
        });
        b.join();
        c.join();
      },
      Verdict::proved);
}

TEST(Symmetry, OtherSearchesRefuseIt) {
  Options options;
  options.symmetry = true;
  EXPECT_THROW(selvage::explore(options, [] {}), std::invalid_argument);
  options.search = Search::stateful;
  EXPECT_THROW(selvage::explore(options, [] {}), std::invalid_argument);
}

// --- generated programs

struct Shared {
  std::atomic<int> x[2]{};
  std::atomic<std::uint64_t> seen = 0;  ///< how many threads have read what, in whatever order
  int plain = 0;
  std::mutex m[2];
  std::shared_mutex rw;
};

/// One statement: what it is, on what, and with which order.
struct Statement {
  int kind, object, value, order;
};
using Code = std::vector<Statement>;

void run(const Code& code, Shared& s) {
  constexpr std::memory_order kRelaxed = std::memory_order_relaxed;
  int seen = 0;
  int all = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const Statement& c = code[i];
    std::atomic<int>& x = s.x[c.object];
    switch (c.kind) {
      case 0:
        seen = c.order == 0 ? x.load(kRelaxed) : c.order == 1 ? x.load(std::memory_order_acquire) : x.load();
        break;
      case 1:
        if (c.order == 0) x.store(c.value, kRelaxed);
        if (c.order == 1) x.store(c.value, std::memory_order_release);
        if (c.order == 2) x.store(c.value);
        break;
      case 2:
        seen =
            c.order == 0 ? x.fetch_add(c.value, kRelaxed) : x.fetch_add(c.value, std::memory_order_acq_rel);
        break;
      case 3: {
        int expected = 0;
        seen = x.compare_exchange_strong(expected, c.value, std::memory_order_acq_rel, kRelaxed) ? 1 : 0;
        break;
      }
      case 4:
        x.store(seen + 1, kRelaxed);
        break;
      case 5:
        s.m[c.object].lock();
        seen = ++s.plain;
        s.m[c.object].unlock();
        break;
      case 6:
        if (s.m[c.object].try_lock()) {
          seen = 1;
          s.m[c.object].unlock();
        } else {
          seen = 0;
        }
        break;
      case 7:
        if (seen != c.value) ++i;  // the next one only where that was read
        break;
      case 8:
        std::atomic_thread_fence(std::memory_order_seq_cst);
        break;
      case 9: {
        const std::lock_guard outer(s.m[c.object]);
        const std::lock_guard inner(s.m[1 - c.object]);
        break;
      }
      case 10: {
        const std::shared_lock reader(s.rw);
        seen = s.plain;
        break;
      }
      default: {
        const std::unique_lock writer(s.rw);
        ++s.plain;
        break;
      }
    }
    all = all * 3 + seen;
  }
  s.seen.fetch_add(std::uint64_t{1} << (3 * (all % 21)), kRelaxed);
}

Code generate(std::mt19937& engine, int length, int flavour, bool reads) {
  const auto below = [&engine](int n) { return static_cast<int>(engine() % static_cast<unsigned>(n)); };
  Code code;
  for (int i = 0; i < length; ++i) {
    int kind = below(flavour == 0 ? 5 : 12);
    if (flavour == 1 && kind == 10) kind = 11;
    if (flavour == 3) kind = reads && below(4) != 0 ? 0 : below(4);
    code.push_back({kind, below(2), 1 + below(2), below(3)});
    if (flavour != 0 && below(5) == 0) code.push_back({7, 0, below(2), 0});
  }
  return code;
}

std::string text_of(const Code& code) {
  std::string text;
  for (const Statement& s : code) {
    text += " (" + std::to_string(s.kind) + "," + std::to_string(s.object) + "," + std::to_string(s.value) +
            "," + std::to_string(s.order) + ")";
  }
  return text;
}

TEST(Symmetry, GeneratedProgramsHaveTheSameVerdictsAndOutcomes) {
  const char* wanted = std::getenv("SELVAGE_SYMMETRY_PROGRAMS");
  const char* from = std::getenv("SELVAGE_SYMMETRY_SEED");
  const int programs = wanted != nullptr ? std::atoi(wanted) : 150;
  const unsigned first = from != nullptr ? static_cast<unsigned>(std::atoi(from)) : 1;
  int compared = 0, fewer = 0;
  std::map<Verdict, int> verdicts;
  for (unsigned seed = first; seed < first + static_cast<unsigned>(programs); ++seed) {
    std::mt19937 engine(seed);
    const int threads = seed % 3 == 0 ? 3 : 2;
    const int flavour = static_cast<int>(seed / 3 % 4);
    const Code code = generate(engine, threads == 3 ? 2 : 1 + static_cast<int>(engine() % 4), flavour, true);
    const bool another = flavour == 3 || engine() % 2 == 0;
    const Code own =
        generate(engine, 1 + static_cast<int>(engine() % (flavour == 3 ? 4 : 2)), flavour, false);
    const bool explore_races = engine() % 2 == 0;
    const auto body = [&] {
      Shared shared;
      std::thread other;
      if (another) other = std::thread([&own, &shared] { run(own, shared); });
      by_all(threads, [&code, &shared] { run(code, shared); });
      if (another) other.join();
      selvage::outcome(std::to_string(shared.x[0].load()) + " " + std::to_string(shared.x[1].load()) + " " +
                       std::to_string(shared.plain) + " " + std::to_string(shared.seen.load()));
    };
    for (const char* model : {"sc", "rc11"}) {
      Options options = graphs(model, false);
      options.keep_going = true;
      options.executions = 20000;
      if (explore_races) options.races = selvage::Races::explore;
      const Result plain = selvage::explore(options, body);
      if (plain.executions >= options.executions) continue;
      options.symmetry = true;
      const Result result = selvage::explore(options, body);
      const std::string what = std::string(model) + " seed " + std::to_string(seed) + ", " +
                               std::to_string(threads) + " threads:" + text_of(code) +
                               (another ? "; another:" + text_of(own) : "");
      EXPECT_EQ(result.verdict, plain.verdict) << what;
      // What follows a race is not explored there, and which executions follow is a matter of their order.
      if (plain.verdict == Verdict::proved || explore_races) {
        EXPECT_EQ(outcomes(result), outcomes(plain)) << what;
        EXPECT_LE(result.executions, plain.executions) << what;
        EXPECT_EQ(result.complete, plain.complete) << what;
      }
      ++compared;
      ++verdicts[plain.verdict];
      if (result.executions < plain.executions) ++fewer;
      if (testing::Test::HasFailure()) return;
    }
  }
  RecordProperty("compared", compared);
  RecordProperty("fewer", fewer);
  for (const auto& [verdict, count] : verdicts) RecordProperty(std::string(to_string(verdict)), count);
  EXPECT_GE(fewer, compared / 2);
}

}  // namespace
