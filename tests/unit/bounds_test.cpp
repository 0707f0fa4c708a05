// A bound on preemptions (Options::preemptions), and the estimate of the part of a search that is done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <set>
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

Options at_most(int preemptions, Search search = Search::exhaustive) {
  Options options;
  options.search = search;
  options.preemptions = preemptions;
  return options;
}

template <typename A, typename B>
void together(A a, B b) {
  std::thread t(a), u(b);
  t.join();
  u.join();
}

/// The orders of two threads' steps, as a string of 1s and 2s, with at most so many switches away from a
/// thread that has steps left.
std::set<std::string> orders(int steps, int preemptions) {
  std::set<std::string> all;
  for (unsigned bits = 0; bits < 1U << (2 * steps); ++bits) {
    if (__builtin_popcount(bits) != steps) continue;
    std::string text;
    int left[2] = {steps, steps}, stopped = 0;
    for (int i = 0; i < 2 * steps; ++i) {
      const int who = static_cast<int>(bits >> i & 1);
      if (i > 0 && who != static_cast<int>(bits >> (i - 1) & 1) && left[1 - who] > 0) ++stopped;
      --left[who];
      text += static_cast<char>('1' + who);
    }
    if (stopped <= preemptions) all.insert(text);
  }
  return all;
}

/// Every execution with at most K preemptions, and no other, is run: each is an outcome of its own.
TEST(Preemptions, ExactlyTheExecutionsWithinTheBound) {
  constexpr int kSteps = 4;
  const auto body = [] {
    std::atomic<int> at = 0;
    char order[2 * kSteps + 1] = "";
    const auto step = [&](char who) {
      for (int i = 0; i < kSteps; ++i) order[at.fetch_add(1)] = who;
    };
    together([&] { step('1'); }, [&] { step('2'); });
    selvage::outcome(order);
  };
  for (const Search search : {Search::exhaustive, Search::enumerate}) {
    for (int bound = 0; bound <= 7; ++bound) {
      const Result result = selvage::explore(at_most(bound, search), body);
      const std::set<std::string> expected = orders(kSteps, bound);
      const std::vector<std::string> reached = outcomes(result);
      EXPECT_EQ(std::set<std::string>(reached.begin(), reached.end()), expected) << bound;
      EXPECT_EQ(result.executions, expected.size()) << bound;
      const bool all = expected.size() == orders(kSteps, 100).size();
      EXPECT_EQ(result.verdict, all ? Verdict::proved : Verdict::exhausted) << bound;
      EXPECT_EQ(result.complete, all);
      if (!all) {
        EXPECT_THAT(result.message, HasSubstr("(bound: " + std::to_string(bound) + " preemption"));
      }
    }
  }
}

/// Generated programs: an outcome is reached within a bound exactly if, of all executions, one that ends with
/// it has as few preemptions. (Outcomes that are not expected are told with the fewest.)
TEST(Preemptions, OutcomesOfGeneratedProgramsWithinTheBound) {
  int compared = 0;
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 engine(seed);
    int kinds[3][2], objects[3][2];
    for (auto& kind : kinds) {
      for (int& k : kind) k = static_cast<int>(engine() % 6);
    }
    for (auto& object : objects) {
      for (int& o : object) o = static_cast<int>(engine() % 2);
    }
    const auto body = [seed, &kinds, &objects] {
      std::atomic<int> x[2]{};
      std::mutex m[2];
      std::atomic<int> seen = 0;
      const auto run = [&](int t, int length) {
        int last = 0;
        for (int i = 0; i < length; ++i) {
          std::atomic<int>& a = x[objects[t][i]];
          switch (kinds[t][i]) {
            case 0:
              last = 3 * last + a.load();
              break;
            case 1:
              a.store(t + 1);
              break;
            case 2:
              a.store(a.load() + 1);
              break;
            case 3:
              last = 3 * last + a.fetch_add(1);
              break;
            case 4: {
              const std::lock_guard lock(m[objects[t][i]]);
              a.store(2 * a.load());
              break;
            }
            default: {
              const std::lock_guard outer(m[objects[t][i]]);
              const std::lock_guard inner(m[1 - objects[t][i]]);
              break;
            }
          }
        }
        seen.store(7 * seen.load() + last);
      };
      std::thread a([&] { run(0, 2); }), b([&] { run(1, 2); }), c;
      if (seed % 3 == 0) c = std::thread([&] { run(2, 1); });
      a.join();
      b.join();
      if (c.joinable()) c.join();
      selvage::outcome(std::to_string(x[0].load()) + " " + std::to_string(x[1].load()) + " " +
                       std::to_string(seen.load()));
    };
    Options all = at_most(-1, Search::enumerate);
    all.keep_going = true;
    all.executions = 8000;
    all.expected = {"none"};
    const Result full = selvage::explore(all, body);
    if (full.executions >= all.executions) continue;
    ++compared;
    unsigned most = 0;
    std::map<std::string, unsigned> fewest;
    unsigned deadlock = ~0U;
    for (const auto& v : full.violations) {
      most = std::max(most, v.preemptions);
      for (const auto& o : full.outcomes) {
        if (v.message.find("the outcome " + o.value + ",") != std::string::npos)
          fewest[o.value] = v.preemptions;
      }
      if (v.kind == Verdict::deadlock) deadlock = std::min(deadlock, v.preemptions);
    }
    ASSERT_EQ(fewest.size(), full.outcomes.size());
    for (unsigned bound = 0; bound <= most + 1; ++bound) {
      Options options = at_most(static_cast<int>(bound));
      options.keep_going = true;
      const Result result = selvage::explore(options, body);
      std::set<std::string> expected;
      for (const auto& [value, preemptions] : fewest) {
        if (preemptions <= bound) expected.insert(value);
      }
      const std::vector<std::string> reached = outcomes(result);
      EXPECT_EQ(std::set<std::string>(reached.begin(), reached.end()), expected)
          << "seed " << seed << " bound " << bound;
      EXPECT_EQ(!result.violations.empty(), deadlock <= bound) << "seed " << seed << " bound " << bound;
    }
    Options large = at_most(100);
    large.keep_going = true;
    const Result result = selvage::explore(large, body);
    EXPECT_EQ(result.verdict, deadlock == ~0U ? Verdict::proved : Verdict::deadlock) << seed;
    EXPECT_TRUE(result.complete);
    EXPECT_EQ(result.executions, full.executions);
  }
  EXPECT_GE(compared, 25);
}

TEST(Preemptions, ALostUpdateTakesOneAndAnABATwo) {
  const auto lost_update = [] {
    std::atomic<int> x = 0;
    const auto add = [&x] { x.store(x.load() + 1); };
    together(add, add);
    selvage::check(x.load() == 2, "an update was lost");
  };
  EXPECT_EQ(selvage::explore(at_most(0), lost_update).verdict, Verdict::exhausted);
  const Result found = selvage::explore(at_most(1), lost_update);
  EXPECT_EQ(found.verdict, Verdict::assertion);
  EXPECT_LE(found.violations.at(0).preemptions, 1U);
  // The first is stopped between its two looks, and the second between its two changes.
  const auto seen_changing = [] {
    std::atomic<int> x = 0;
    together(
        [&x] {
          const int before = x.load();
          const int after = x.load();
          selvage::check(before == after || after != 1, "seen in the middle of a change");
        },
        [&x] {
          x.store(1);
          x.store(2);
        });
  };
  EXPECT_EQ(selvage::explore(at_most(0), seen_changing).verdict, Verdict::exhausted);
  EXPECT_EQ(selvage::explore(at_most(1), seen_changing).verdict, Verdict::exhausted);
  EXPECT_EQ(selvage::explore(at_most(2), seen_changing).verdict, Verdict::assertion);
}

TEST(Preemptions, ADeadlockTakesOne) {
  const auto body = [] {
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
  };
  EXPECT_EQ(selvage::explore(at_most(0), body).verdict, Verdict::exhausted);
  EXPECT_EQ(selvage::explore(at_most(1), body).verdict, Verdict::deadlock);
}

/// Rounds without effect are left out of every search: who waits by reading is stopped where its rounds
/// began.
TEST(Preemptions, WhoWaitsByReading) {
  const auto body = [] {
    std::atomic<int> ready = 0;
    int data = 0;
    together(
        [&] {
          while (ready.load() == 0) {
          }
          selvage::outcome(data);
        },
        [&] {
          data = 1;
          ready.store(1);
        });
  };
  const Result none = selvage::explore(at_most(0), body);
  EXPECT_THAT(outcomes(none), ElementsAre("1"));
  EXPECT_TRUE(none.violations.empty());
  const Result many = selvage::explore(at_most(50), body);
  EXPECT_EQ(many.verdict, Verdict::proved) << many;
  EXPECT_THAT(outcomes(many), ElementsAre("1"));
}

TEST(Preemptions, OtherSearchesRefuseThem) {
  for (const Search search : {Search::graphs, Search::stateful, Search::random}) {
    EXPECT_THROW(selvage::explore(at_most(1, search), [] {}), std::invalid_argument);
  }
  Options weak = at_most(1);
  weak.model = "rc11";
  EXPECT_THROW(selvage::explore(weak, [] {}), std::invalid_argument);
}

// --- the estimate

void two_counters(int steps) {
  std::mutex m;
  int count = 0;
  const auto work = [&] {
    for (int i = 0; i < steps; ++i) {
      const std::lock_guard lock(m);
      ++count;
    }
  };
  together(work, work);
}

/// Ended after each number of executions in turn, the estimate grows from above 0 to below 1; and is 1 at the
/// end.
void grows(Options options, int steps, std::uint64_t executions) {
  double before = 0;
  for (std::uint64_t n = 1; n < executions; ++n) {
    options.executions = n;
    const Result result = selvage::explore(options, [steps] { two_counters(steps); });
    ASSERT_EQ(result.verdict, Verdict::exhausted);
    ASSERT_EQ(result.executions, n);
    EXPECT_GT(result.covered, before) << n;
    EXPECT_LT(result.covered, 1) << n;
    before = result.covered;
    EXPECT_THAT(result.report(), HasSubstr("(an estimate)"));
  }
  options.executions = 0;
  const Result all = selvage::explore(options, [steps] { two_counters(steps); });
  EXPECT_EQ(all.verdict, Verdict::proved);
  EXPECT_EQ(all.executions, executions);
  EXPECT_EQ(all.covered, 1);
}

TEST(Coverage, GrowsToOne) {
  Options options;
  for (const Search search : {Search::exhaustive, Search::graphs}) {
    options.search = search;
    grows(options, 3, 20);
  }
}

/// Two steps each, by enumeration: the tree has two branches at each of its first steps, where both can move.
TEST(Coverage, OfATreeThatIsKnown) {
  Options options;
  options.search = Search::enumerate;
  const double expected[] = {0.25, 0.375, 0.5, 0.75, 0.875};
  for (std::uint64_t n = 1; n <= 5; ++n) {
    options.executions = n;
    const Result result = selvage::explore(options, [] {
      std::atomic<int> x = 0;
      const auto work = [&x] {
        x.fetch_add(1);
        x.fetch_add(1);
      };
      together(work, work);
    });
    EXPECT_DOUBLE_EQ(result.covered, expected[n - 1]) << n;
  }
}

/// For graphs: each of four values, and below each both orders of two threads.
TEST(Coverage, OfGraphsThatAreKnown) {
  Options options;
  options.search = Search::graphs;
  for (std::uint64_t n = 1; n <= 7; ++n) {
    options.executions = n;
    const Result result = selvage::explore(options, [] {
      static_cast<void>(selvage::choose(4));
      two_counters(1);
    });
    EXPECT_EQ(result.executions, n);
    EXPECT_DOUBLE_EQ(result.covered, static_cast<double>(n) / 8) << n;
  }
}

/// What several processes have done adds up to the same whole.
TEST(Coverage, OfASharedSearch) {
  for (const unsigned jobs : {1U, 2U}) {
    Options options;
    options.search = Search::graphs;
    options.jobs = jobs;
    options.seconds = 0.3;
    const Result result = selvage::explore(options, [] { two_counters(14); });  // 40 million executions
    EXPECT_EQ(result.verdict, Verdict::exhausted);
    EXPECT_GT(result.covered, 0);
    EXPECT_LT(result.covered, 1);
  }
}

TEST(Coverage, NoneWhereItSaysNothing) {
  Options options;
  options.search = Search::random;
  options.executions = 10;
  EXPECT_LT(selvage::explore(options, [] { two_counters(1); }).covered, 0);
  options = {};
  EXPECT_LT(selvage::explore(options, [] { selvage::check(false); }).covered, 0);
}

}  // namespace
