// Locks in the search for execution graphs: closed forms, and generated programs against every interleaving.
#include <gtest/gtest.h>

#include <random>

#include "interleavings.hpp"
#include "memory/orders.hpp"
#include "simulation.hpp"

namespace oracles {
namespace {

using namespace selvage::memory;  // NOLINT: orders

Thread count_up(int times) {
  for (int i = 0; i < times; ++i) {
    co_await lock(0);
    const std::int64_t seen = co_await load(0, kRelaxed);
    co_await store(0, kRelaxed, seen + 1);
    co_await unlock(0);
  }
}

Program locked_counter(int threads, int times) {
  Program p;
  p.initial = {0};
  p.mutexes = 1;
  p.threads = [=](Registers&) {
    std::vector<Thread> all;
    for (int t = 0; t < threads; ++t) all.push_back(count_up(times));
    return all;
  };
  return p;
}

std::uint64_t binomial(std::uint64_t n, std::uint64_t k) {
  std::uint64_t r = 1;
  for (std::uint64_t i = 1; i <= k; ++i) r = r * (n - k + i) / i;
  return r;
}

TEST(OptimalLocks, TwoThreadsThatCountTakeEachOrderOnce) {
  for (int n = 1; n <= 7; ++n) {
    for (const MemoryModel model : {MemoryModel::sc, MemoryModel::rc11}) {
      const Counts counts = explore(locked_counter(2, n), model);
      EXPECT_EQ(counts.error, "");
      EXPECT_EQ(counts.graphs, binomial(2 * static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(n)))
          << n;
      EXPECT_EQ(counts.duplicates, 0U);
      EXPECT_EQ(counts.discarded, 0U);
      EXPECT_EQ(counts.stuck, 0U);
      ASSERT_EQ(counts.outcomes.size(), 1U);
      EXPECT_EQ(counts.outcomes.begin()->first, "| v0=" + std::to_string(2 * n));
    }
  }
}

TEST(OptimalLocks, ManyThreadsOnceEach) {
  std::uint64_t factorial = 1;
  for (int n = 1; n <= 6; ++n) {
    factorial *= static_cast<std::uint64_t>(n);
    const Counts counts = explore(locked_counter(n, 1), MemoryModel::rc11);
    EXPECT_EQ(counts.graphs, factorial);
    EXPECT_EQ(counts.duplicates + counts.discarded + counts.stuck, 0U);
  }
}

/// A thread of a generated program: locks in any order (never one that it holds), accesses between.
struct Step {
  enum class What { lock, unlock, load, store, add } what;
  int where;
};

Thread perform(const std::vector<Step>& steps, std::string name, Registers& registers) {
  std::vector<std::int64_t> seen;
  for (const Step& step : steps) {
    switch (step.what) {
      case Step::What::lock:
        co_await lock(step.where);
        break;
      case Step::What::unlock:
        co_await unlock(step.where);
        break;
      case Step::What::load:
        seen.push_back(co_await load(step.where, kSeqCst));
        break;
      case Step::What::store:
        co_await store(step.where, kSeqCst, static_cast<std::int64_t>(seen.size()) + 1);
        break;
      case Step::What::add:
        seen.push_back(co_await fetch_add(step.where, kSeqCst, 1));
        break;
    }
  }
  for (std::size_t i = 0; i < seen.size(); ++i) registers[name + std::to_string(i)] = seen[i];
}

Program generate(std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const int threads = 2 + below(2), mutexes = 1 + below(2), budget = threads == 2 ? 10 : 8;
  std::vector<std::vector<Step>> all;
  for (int t = 0; t < threads; ++t) {
    std::vector<Step> steps;
    std::vector<int> held;
    for (int i = below(2); i < budget / threads; ++i) {
      const int m = below(mutexes);
      const bool holds = std::find(held.begin(), held.end(), m) != held.end();
      switch (below(5)) {
        case 0:
        case 1:
          if (holds) {
            steps.push_back({Step::What::unlock, m});
            std::erase(held, m);
          } else {
            steps.push_back({Step::What::lock, m});
            held.push_back(m);
          }
          break;
        case 2:
          steps.push_back({Step::What::load, below(2)});
          break;
        case 3:
          steps.push_back({Step::What::store, below(2)});
          break;
        default:
          steps.push_back({Step::What::add, below(2)});
      }
    }
    // Some never give back what they hold.
    if (below(8) != 0) {
      for (const int m : held) steps.push_back({Step::What::unlock, m});
    }
    all.push_back(std::move(steps));
  }
  Program p;
  p.initial = {0, 0};
  p.mutexes = static_cast<std::size_t>(mutexes);
  p.threads = [all](Registers& registers) {
    std::vector<Thread> result;
    for (std::size_t t = 0; t < all.size(); ++t) {
      result.push_back(perform(all[t], std::string(1, static_cast<char>('a' + t)), registers));
    }
    return result;
  };
  return p;
}

TEST(OptimalLocks, GeneratedProgramsAgreeWithEveryInterleaving) {
  std::mt19937 random(4711);
  std::uint64_t graphs = 0, stuck = 0, discarded = 0;
  for (int i = 0; i < 400; ++i) {
    const Program program = generate(random);
    const Interleavings all = interleave(program);
    const Counts counts = explore(program, MemoryModel::sc, 1'000'000);
    ASSERT_EQ(counts.error, "") << i;
    EXPECT_EQ(counts.graphs, all.graphs.size()) << i;
    EXPECT_EQ(counts.duplicates, 0U) << i;
    EXPECT_EQ(counts.stuck != 0, !all.stuck.empty()) << i;
    std::set<std::string> outcomes;
    for (const auto& [outcome, n] : counts.outcomes) outcomes.insert(outcome);
    EXPECT_EQ(outcomes, all.outcomes) << i;
    graphs += counts.graphs;
    stuck += counts.stuck;
    discarded += counts.discarded;
  }
  RecordProperty("graphs", static_cast<int>(graphs));
  std::printf("%llu graphs, %llu stuck, %llu discarded\n", (unsigned long long)graphs,
              (unsigned long long)stuck, (unsigned long long)discarded);
  EXPECT_GT(stuck, 0U);
}

}  // namespace
}  // namespace oracles
