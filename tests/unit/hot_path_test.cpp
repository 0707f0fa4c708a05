// Once an exploration has got going, from one visible event to the next nothing is allocated.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <selvage/selvage.hpp>
#include <semaphore>
#include <shared_mutex>
#include <thread>

#include "unseen.hpp"

namespace selvage::detail {
std::uint64_t runtime_allocations();
}

namespace {

/// Lies in memory that the exploring process shares with the test, so it outlives executions.
struct Log {
  std::uint64_t executions;
  std::uint64_t allocations_when_warm;
  std::uint64_t allocations;
};

// Unseen, or the explorer would put the log back for the next execution.
void note(Log* log, std::uint64_t warm) {
  const std::uint64_t allocations = selvage::detail::runtime_allocations();
  write_unseen(&log->allocations, allocations);
  if (count_unseen(&log->executions) == warm) write_unseen(&log->allocations_when_warm, allocations);
}

/// Allocations that the runtime made between the end of execution `warm` and that of the last one.
template <typename Body>
std::uint64_t allocations_when_warm(const selvage::Options& options, std::uint64_t warm, Body body) {
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw std::bad_alloc();
  auto* log = new (page) Log{};
  const auto result = selvage::explore(options, [log, warm, body] {
    body();
    note(log, warm);
  });
  EXPECT_TRUE(result.violations.empty()) << result;
  EXPECT_GT(log->executions, 2 * warm);
  EXPECT_GT(log->allocations, 0U) << "nothing is counted";
  const std::uint64_t count = log->allocations - log->allocations_when_warm;
  munmap(page, 4096);
  return count;
}

void lock_and_count() {
  std::mutex mutex;
  int count = 0;
  const auto add = [&] {
    for (int i = 0; i < 4; ++i) {
      const std::lock_guard lock(mutex);
      ++count;
    }
  };
  std::thread first(add), second(add);
  first.join();
  second.join();
}

void use_everything() {
  std::atomic<int> number{0};
  std::mutex mutex;
  std::condition_variable ready;
  bool set = false;
  std::shared_mutex shared;
  std::counting_semaphore<> tokens{1};
  std::thread other([&] {
    number.fetch_add(1);
    {
      const std::lock_guard lock(mutex);
      set = true;
    }
    ready.notify_one();
    const std::unique_lock writing(shared);
    tokens.acquire();
    tokens.release();
  });
  {
    std::unique_lock lock(mutex);
    ready.wait(lock, [&] { return set; });
  }
  { const std::shared_lock reading(shared); }
  number.store(2, std::memory_order_release);
  tokens.acquire();
  tokens.release();
  other.join();
}

TEST(HotPath, AnExhaustiveSearchOfTheCounterAllocatesNothing) {
  EXPECT_EQ(allocations_when_warm({}, 20, lock_and_count), 0U);
}

TEST(HotPath, ARandomSearchOfTheCounterAllocatesNothing) {
  selvage::Options options;
  options.search = selvage::Search::random;
  options.executions = 2000;
  EXPECT_EQ(allocations_when_warm(options, 200, lock_and_count), 0U);
}

TEST(HotPath, NeitherDoAtomicsConditionVariablesReadWriteLocksOrSemaphores) {
  selvage::Options options;
  options.search = selvage::Search::random;
  options.executions = 9000;
  EXPECT_EQ(allocations_when_warm(options, 3000, use_everything), 0U);
}

}  // namespace
