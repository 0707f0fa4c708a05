#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <thread>

TEST(Counter, AtomicKeepsBothIncrements) {
  const auto result = selvage::explore([] {
    std::atomic<int> counter = 0;
    std::thread other([&] { ++counter; });
    ++counter;
    other.join();
    selvage::outcome(counter.load());
  });
  EXPECT_THAT(result, selvage::Proves(selvage::OutcomeIs(2)));
}

TEST(Counter, PlainIsADataRace) {
  const auto result = selvage::explore([] {
    int counter = 0;
    std::thread other([&] { ++counter; });
    ++counter;
    other.join();
  });
  EXPECT_THAT(result, selvage::FindsDataRace());
}
