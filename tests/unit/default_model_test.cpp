// The default memory model: what C++ promises, told from sequential consistency where a program can tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <semaphore.h>
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

// The unlocker of a mutex is not known to have written before its lock() by who only finds it taken: of the two
// accesses to x none is ordered before the other, although both are seq_cst.
TEST(DefaultModel, ALockThatIsFoundTakenTellsNothingOfWhatWasBefore) {
  const auto body = [] {
    std::atomic<int> x = 0;
    std::mutex mutex;
    std::string seen = "-";
    std::thread other([&] {
      x.store(1);
      mutex.lock();
      mutex.unlock();
    });
    if (mutex.try_lock()) {
      mutex.unlock();
    } else {
      seen = std::to_string(x.load());
    }
    other.join();
    selvage::outcome(seen);
  };
  const auto promised = selvage::explore(body);
  EXPECT_EQ(promised.model, "rc11");
  Options options;
  options.model = "rc11";
  const auto graphs = selvage::explore(options, body);
  EXPECT_EQ(promised.outcomes.size(), graphs.outcomes.size());
  EXPECT_TRUE(promised.reached("0") == graphs.reached("0"));
}

TEST(DefaultModel, ASemaphoreThatIsLookedAtTellsNothingEither) {
  const auto looks = [](bool value) {
    return selvage::explore([value] {
      sem_t semaphore;
      sem_init(&semaphore, 0, 0);
      int count = 0;
      if (value) {
        sem_getvalue(&semaphore, &count);
      } else {
        sem_trywait(&semaphore);
      }
      sem_destroy(&semaphore);
    });
  };
  EXPECT_EQ(looks(true).model, "rc11");
  EXPECT_EQ(looks(false).model, "rc11");
}

TEST(DefaultModel, WhatOnlyAWeakMemoryShowsIsFound) {
  const auto result = selvage::explore([] {
    std::atomic<int> data = 0, ready = 0;
    std::thread other([&] {
      data.store(42, std::memory_order_relaxed);
      ready.store(1, std::memory_order_relaxed);
    });
    if (ready.load(std::memory_order_relaxed) == 1) selvage::check(data.load(std::memory_order_relaxed) == 42);
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
