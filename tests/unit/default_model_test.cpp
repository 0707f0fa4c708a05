// The default memory model: what C++ promises, told from sequential consistency where a program can tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <string>
#include <thread>

namespace {

using selvage::Options;
using selvage::OutcomesAre;
using selvage::Proves;
using selvage::Verdict;
using testing::_;
using testing::ElementsAre;

/// Both write, then read what the other wrote: "00" is not sequentially consistent.
void store_buffering(std::memory_order write, std::memory_order read) {
  std::atomic<int> x = 0, y = 0;
  int a = -1, b = -1;
  std::thread other([&] {
    x.store(1, write);
    a = y.load(read);
  });
  y.store(1, write);
  b = x.load(read);
  other.join();
  selvage::outcome(std::to_string(a) + std::to_string(b));
}

TEST(DefaultModel, SeqCstAccessesAreInterleaved) {
  const auto result =
      selvage::explore([] { store_buffering(std::memory_order_seq_cst, std::memory_order_seq_cst); });
  EXPECT_EQ(result.model, "sc");
  EXPECT_EQ(result.search, "exhaustive");
  EXPECT_EQ(result.only_sc, "");
  EXPECT_THAT(result, Proves(_));
  EXPECT_THAT(result, OutcomesAre(ElementsAre("01", "10", "11")));
}

TEST(DefaultModel, AnyWeakerOrderIsTakenAsItIsWritten) {
  const std::pair<std::memory_order, std::memory_order> weaker[] = {
      {std::memory_order_release, std::memory_order_acquire},
      {std::memory_order_relaxed, std::memory_order_seq_cst},
      {std::memory_order_seq_cst, std::memory_order_relaxed}};
  for (const auto& [write, read] : weaker) {
    const auto result = selvage::explore([write = write, read = read] { store_buffering(write, read); });
    EXPECT_EQ(result.model, "rc11");
    EXPECT_THAT(result, Proves(_));
    EXPECT_THAT(result, OutcomesAre(ElementsAre("00", "01", "10", "11")));
  }
}

TEST(DefaultModel, ReadModifyWritesAndTheirFailureAreAccesses) {
  for (const bool fails : {false, true}) {
    const auto result = selvage::explore([fails] {
      std::atomic<int> x = fails ? 1 : 0;
      int expected = 0;
      x.compare_exchange_strong(expected, 2, std::memory_order_seq_cst, std::memory_order_relaxed);
      selvage::outcome(x.load());
    });
    EXPECT_EQ(result.model, "rc11");
    EXPECT_THAT(result, Proves(_));
  }
  EXPECT_EQ(selvage::explore([] {
              std::atomic<int> x = 0;
              x.fetch_add(1, std::memory_order_acq_rel);
            }).model,
            "rc11");
}

// Polling a lock has no finite set of graphs; its interleavings have an end. (docs/memory-model.md: what it tells.)
TEST(DefaultModel, ALockThatIsTriedIsInterleaved) {
  const auto result = selvage::explore([] {
    std::mutex mutex;
    int count = 0;
    std::thread other([&] {
      const std::lock_guard<std::mutex> lock(mutex);
      ++count;
    });
    while (!mutex.try_lock()) std::this_thread::yield();
    ++count;
    mutex.unlock();
    other.join();
    selvage::outcome(count);
  });
  EXPECT_THAT(result, Proves(_));
  EXPECT_THAT(result, OutcomesAre(ElementsAre("2")));
  EXPECT_EQ(result.model, "sc");
}

TEST(DefaultModel, WhatOnlyAWeakMemoryShowsIsFound) {
  const auto result = selvage::explore([] {
    std::atomic<int> data = 0, ready = 0;
    std::thread other([&] {
      data.store(42, std::memory_order_relaxed);
      ready.store(1, std::memory_order_relaxed);
    });
    if (ready.load(std::memory_order_relaxed) == 1)
      selvage::check(data.load(std::memory_order_relaxed) == 42);
    other.join();
  });
  EXPECT_EQ(result.verdict, Verdict::assertion) << result;
  EXPECT_EQ(result.model, "rc11");
}

TEST(DefaultModel, WhereGraphsDoNotKnowWhatHappensThatIsSaid) {
  const auto result = selvage::explore([] {
    std::atomic<int> x = 0;
    const pid_t child = fork();
    if (child == 0) _exit(0);
    x.store(1, std::memory_order_relaxed);
    waitpid(child, nullptr, 0);
    selvage::outcome(x.load(std::memory_order_relaxed));
  });
  EXPECT_THAT(result, Proves(_));
  EXPECT_EQ(result.model, "sc");
  EXPECT_THAT(result.only_sc, testing::HasSubstr("fork"));
  EXPECT_THAT(result.report(), testing::HasSubstr("weaker than seq_cst were taken for seq_cst"));
}

TEST(DefaultModel, InvariantsAreCheckedBetweenInterleavedAccesses) {
  const auto result = selvage::explore([] {
    std::atomic<int> x = 0;
    selvage::invariant([&] { return x.load(std::memory_order_relaxed) < 3; });
    std::thread other([&] { x.fetch_add(1, std::memory_order_relaxed); });
    x.fetch_add(1, std::memory_order_relaxed);
    other.join();
  });
  EXPECT_THAT(result, Proves(_));
  EXPECT_NE(result.only_sc, "");
}

TEST(DefaultModel, WhatIsWeakenedIsWeaker) {
  Options options;
  options.weaken = {"default_model_test.cpp:" + std::to_string(__LINE__ + 3) + "=relaxed"};
  const auto result = selvage::explore(options, [] {
    std::atomic<int> x = 0;
    x.store(1);
    selvage::outcome(x.load());
  });
  EXPECT_EQ(result.model, "rc11") << result;
}

}  // namespace
