// Explorations whose size and outcomes are known by counting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <mutex>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using selvage::Options;
using selvage::OutcomeIs;
using selvage::Proves;
using selvage::Races;
using selvage::Search;
using testing::ElementsAre;

std::uint64_t choose_from(int n, int k) {
  std::uint64_t result = 1;
  for (int i = 1; i <= k; ++i)
    result = result * static_cast<std::uint64_t>(n - k + i) / static_cast<std::uint64_t>(i);
  return result;
}

template <typename Step>
void twice(int n, Step step) {
  const auto loop = [n, &step] {
    for (int i = 0; i < n; ++i) step();
  };
  std::thread a(loop), b(loop);
  a.join();
  b.join();
}

TEST(ClosedForms, LockedCounter) {
  for (int n = 1; n <= 6; ++n) {
    const auto result = selvage::explore([n] {
      std::mutex m;
      int count = 0;
      twice(n, [&] {
        const std::lock_guard lock(m);
        ++count;
      });
      selvage::outcome(count);
    });
    EXPECT_THAT(result, selvage::Proves(selvage::OutcomeIs(2 * n)));
    EXPECT_EQ(result.executions, choose_from(2 * n, n)) << n;
  }
}

TEST(ClosedForms, FetchAdd) {
  for (int n = 1; n <= 5; ++n) {
    const auto result = selvage::explore([n] {
      std::atomic<int> count = 0;
      twice(n, [&] { count.fetch_add(1, std::memory_order_relaxed); });
      selvage::outcome(count.load());
    });
    EXPECT_THAT(result, selvage::Proves(selvage::OutcomeIs(2 * n)));
    EXPECT_EQ(result.executions, choose_from(2 * n, n)) << n;
  }
}

TEST(ClosedForms, ThreadsThroughOneLockInEveryOrder) {
  std::uint64_t factorial = 1;
  for (int n = 2; n <= 5; ++n) {
    factorial *= static_cast<std::uint64_t>(n);
    const auto result = selvage::explore([n] {
      std::mutex m;
      int count = 0;
      std::vector<std::thread> threads;
      for (int i = 0; i < n; ++i) {
        threads.emplace_back([&] {
          const std::lock_guard lock(m);
          ++count;
        });
      }
      for (auto& t : threads) t.join();
      selvage::outcome(count);
    });
    EXPECT_THAT(result, selvage::Proves(selvage::OutcomeIs(n)));
    EXPECT_EQ(result.executions, factorial);
  }
}

// As many as the reads and writes of the counter have Mazurkiewicz traces: tests/unit does not compute
// them, GenMC and Nidhugg count the same for relaxed accesses.
constexpr std::uint64_t kTraces[] = {4, 34, 328};

TEST(ClosedForms, RelaxedLoadAndStore) {
  for (int n = 1; n <= 3; ++n) {
    const auto result = selvage::explore([n] {
      std::atomic<int> count = 0;
      twice(n, [&] { count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); });
      selvage::outcome(count.load());
    });
    EXPECT_THAT(result, selvage::Proves());
    EXPECT_EQ(result.executions, kTraces[n - 1]) << n;
    EXPECT_EQ(result.outcomes.size(), n == 1 ? 2U : static_cast<unsigned>(2 * n - 1));
  }
}

// A plain access is one step: 2n of each thread, (4n over 2n) interleavings.
TEST(ClosedForms, RacyCounterInEveryInterleaving) {
  for (int n = 1; n <= 2; ++n) {
    for (const auto search : {Search::enumerate, Search::exhaustive}) {
      Options options;
      options.search = search;
      options.races = Races::explore;
      const auto result = selvage::explore(options, [n] {
        int count = 0;
        twice(n, [&] {
          const int seen = count;
          count = seen + 1;
        });
        selvage::outcome(count);
      });
      EXPECT_THAT(result, selvage::FindsDataRace());
      EXPECT_TRUE(result.complete);
      EXPECT_EQ(result.executions, search == Search::enumerate ? choose_from(4 * n, 2 * n) : kTraces[n - 1]);
      EXPECT_EQ(result.outcomes.size(), n == 1 ? 2U : static_cast<unsigned>(2 * n - 1));
    }
  }
}

TEST(ClosedForms, Choices) {
  const auto result = selvage::explore([] {
    const int a = selvage::choose(3);
    const int b = selvage::choose(4);
    selvage::outcome(10 * a + b);
  });
  EXPECT_THAT(result, selvage::Proves());
  EXPECT_EQ(result.executions, 12U);
  EXPECT_EQ(result.outcomes.size(), 12U);
}

void lock_both(std::mutex& first, std::mutex& second) {
  first.lock();
  second.lock();
  second.unlock();
  first.unlock();
}

TEST(Verdicts, LocksInOppositeOrderDeadlock) {
  for (const bool ordered : {false, true}) {
    const auto result = selvage::explore([ordered] {
      std::mutex a, b;
      std::thread one([&] { lock_both(a, b); });
      std::thread two([&] { ordered ? lock_both(a, b) : lock_both(b, a); });
      one.join();
      two.join();
    });
    if (ordered) {
      EXPECT_THAT(result, selvage::Proves());
    } else {
      EXPECT_THAT(result, selvage::FindsDeadlock());
    }
  }
}

enum class Waiting { correct, with_if, unlocked_flag };

selvage::Result explore_waiting(Waiting how) {
  return selvage::explore([how] {
    std::mutex m;
    std::condition_variable c;
    std::atomic<bool> ready = false;
    std::thread waiter([&] {
      std::unique_lock lock(m);
      if (how == Waiting::with_if) {
        if (!ready) c.wait(lock);
      } else {
        while (!ready) c.wait(lock);
      }
      selvage::check(ready, "woken for nothing");
    });
    if (how == Waiting::unlocked_flag) {
      ready = true;
    } else {
      const std::lock_guard lock(m);
      ready = true;
    }
    c.notify_one();
    waiter.join();
  });
}

TEST(Verdicts, Waiting) {
  EXPECT_THAT(explore_waiting(Waiting::correct), selvage::Proves());
  EXPECT_THAT(explore_waiting(Waiting::with_if), selvage::FindsAssertion());
  // The flag is set and told between the waiter's look at it and its sleep.
  EXPECT_THAT(explore_waiting(Waiting::unlocked_flag), selvage::FindsDeadlock());
}

// The reader is next to move, alone, after it was seen to spin: that it spins for ever must not be lost
// among executions that end.
TEST(Verdicts, ASpinThatNobodyEndsIsALivelockUnderSleepSets) {
  for (const auto search : {Search::exhaustive, Search::enumerate}) {
    Options options;
    options.search = search;
    const auto result = selvage::explore(options, [] {
      std::atomic<int> flag = 0, other = 0;
      std::thread spinner([&] {
        while (flag.load() != 1) {
        }
      });
      std::thread stranger([&] { other.load(); });
      spinner.join();
      stranger.join();
    });
    EXPECT_THAT(result, selvage::Finds(selvage::Verdict::livelock));
  }
}

TEST(Verdicts, Invariants) {
  for (const bool holds : {true, false}) {
    const auto result = selvage::explore([holds] {
      struct {
        std::atomic<int> x = 0, y = 0;
      } s;
      selvage::invariant([&s, holds] { return holds || s.x + s.y < 2; }, "not both");
      std::thread a([&s] { s.x = 1, s.x = 0; });
      std::thread b([&s] { s.y = 1, s.y = 0; });
      a.join();
      b.join();
    });
    if (holds) {
      EXPECT_THAT(result, selvage::Proves());
    } else {
      EXPECT_THAT(result, selvage::FindsAssertion());
    }
  }
}

TEST(Determinism, TheSameResultTwice) {
  const auto once = [] {
    Options options;
    options.races = Races::explore;
    auto result = selvage::explore(options, [] {
      int count = 0;
      twice(2, [&] { ++count; });
      selvage::outcome(count);
    });
    result.seconds = 0;
    return result;
  };
  EXPECT_EQ(once().json(), once().json());
}

void racy_deadlock() {
  std::mutex a, b;
  std::atomic<int> order = 0;
  std::thread one([&] {
    lock_both(a, b);
    order = 1;
  });
  std::thread two([&] {
    order = 2;
    lock_both(b, a);
  });
  one.join();
  two.join();
}

TEST(Determinism, SchedulesReplayAndChangedOnesAreRefused) {
  const auto found = selvage::explore(racy_deadlock);
  ASSERT_EQ(found.violations.size(), 1U);
  const std::string schedule = found.violations.front().schedule;
  Options options;
  options.search = Search::replay;
  options.replay_schedule = schedule;
  EXPECT_EQ(selvage::explore(options, racy_deadlock).verdict, found.verdict);

  int refused = 0, followed = 0;
  for (std::size_t at = 0; at < schedule.size(); ++at) {
    for (const char c : {'0', '2', '9', ' ', '*', ':', 'x'}) {
      if (schedule[at] == c) continue;
      options.replay_schedule = schedule;
      options.replay_schedule[at] = c;
      try {
        const auto result = selvage::explore(options, racy_deadlock);
        EXPECT_NE(result.verdict, selvage::Verdict::proved);
        ++followed;
      } catch (const std::invalid_argument&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 100);
  RecordProperty("followed", followed);
}

TEST(Trace, GivesLocalVariablesTheirNames) {
  const auto result = selvage::explore([] {
    struct Point {
      int x, y;
    } point{0, 0};
    int numbers[3] = {};
    std::array<Point, 2> points{};
    std::thread other([&] {
      point.y = 1;
      points[1].x = 3;
      numbers[2] = 7;
    });
    other.join();
    selvage::check(point.y + numbers[2] + points[1].x != 11, "told apart");
  });
  ASSERT_THAT(result, selvage::FindsAssertion());
  std::vector<std::string> texts;
  for (const auto& event : result.violations.front().trace) texts.push_back(event.text);
  using testing::Contains;
  using testing::StartsWith;
  EXPECT_THAT(texts, Contains(StartsWith("write point.y = 1")));
  EXPECT_THAT(texts, Contains(StartsWith("write points[1].x = 3")));
  EXPECT_THAT(texts, Contains(StartsWith("write numbers[2] = 7")));
  EXPECT_THAT(texts, Contains(StartsWith("read numbers[2] = 7 (from #")));
}

std::set<int> g_numbers{1, 2, 3};  // on the heap from before the exploration, and changed by the C++ library
char* g_text = static_cast<char*>(std::calloc(32, 1));

TEST(Memory, IsPutBackWhoeverWroteIt) {
  const auto result = selvage::explore([] {
    std::mutex mutex;
    const auto add = [&mutex](int number) {
      const std::lock_guard lock(mutex);
      g_numbers.insert(number);
      std::snprintf(g_text + std::strlen(g_text), 4, "%d,", number % 10);
    };
    std::thread other([&] {
      add(14);
      add(15);
    });
    add(26);
    other.join();
    std::string all(g_text);
    for (const int number : g_numbers) all += " " + std::to_string(number);
    selvage::outcome(all);
  });
  EXPECT_THAT(result,
              Proves(ElementsAre("4,5,6, 1 2 3 14 15 26", "4,6,5, 1 2 3 14 15 26", "6,4,5, 1 2 3 14 15 26")));
}

TEST(Once, AFailedCallHappensBeforeTheNext) {
  EXPECT_THAT(selvage::explore([] {
                std::once_flag flag;
                int calls = 0;
                const auto call = [&] {
                  try {
                    std::call_once(flag, [&] {
                      if (++calls == 1) throw std::runtime_error("first");
                    });
                  } catch (const std::runtime_error&) {
                  }
                };
                std::thread other(call);
                call();
                other.join();
                selvage::outcome(calls);
              }),
              Proves(OutcomeIs(2)));
}

TEST(Output, OfEveryKindIsAnEvent) {
  const auto two_orders = [](auto print) {
    const auto result = selvage::explore([print] {
      std::thread other([print] { print("a", L"a"); });
      print("b", L"b");
      other.join();
    });
    return result.verdict == selvage::Verdict::proved && result.executions == 2;
  };
  EXPECT_TRUE(two_orders([](const char* text, const wchar_t*) { std::printf("%s", text); }));
  EXPECT_TRUE(two_orders([](const char*, const wchar_t* text) { std::wprintf(text); }));
  EXPECT_TRUE(two_orders([](const char*, const wchar_t* text) { std::wcout << text; }));
  EXPECT_TRUE(two_orders([](const char* text, const wchar_t*) { ::dprintf(1, "%s", text); }));
  EXPECT_TRUE(two_orders([](const char* text, const wchar_t*) { ::fputs_unlocked(text, stdout); }));
  EXPECT_TRUE(two_orders([](const char* text, const wchar_t*) { ::fwrite_unlocked(text, 1, 1, stdout); }));
  EXPECT_TRUE(two_orders([](const char*, const wchar_t* text) { ::fputws_unlocked(text, stdout); }));
  EXPECT_TRUE(two_orders([](const char* text, const wchar_t*) { ::putw(*text, stdout); }));
  // Not what the compiler may put in their place: a pointer to the function.
  int (*volatile const put)(int) = ::putchar_unlocked;
  EXPECT_TRUE(two_orders([put](const char* text, const wchar_t*) { put(*text); }));
}

}  // namespace
