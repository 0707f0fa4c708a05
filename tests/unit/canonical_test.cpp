// Histories that mean the same for the races to come are equal in canonical form, others are not.
#include <gtest/gtest.h>

#include <memory>

#include "race/canonical.hpp"

namespace {

using namespace selvage::race;  // NOLINT: the test is about all of it

class CanonicalTest : public testing::Test {
 protected:
  void SetUp() override {
    shadow_ = std::make_unique<Shadow>();
    shadow_->new_execution();
    shadow_->journal();
    for (int t = 0; t < 2; ++t) {
      clock_[t].clear();
      clock_[t].set(t, 1);
    }
  }
  void access(std::uint64_t address, int thread, std::uint8_t flags) {
    Race race{};
    EXPECT_FALSE(
        shadow_->access(shadow_->fresh_cell(address), thread, clock_[thread], 0xff, flags, 1, &race));
  }
  bool races(std::uint64_t address, int thread, std::uint8_t flags) {
    Race race{};
    return shadow_->access(shadow_->fresh_cell(address), thread, clock_[thread], 0xff, flags, 1, &race);
  }
  /// What `thread` did until now is known to `other`.
  void tell(int thread, int other) {
    clock_[other].join(clock_[thread]);
    ++clock_[thread].at[thread];
  }
  void make_canonical() {
    History history;
    history.shadow = shadow_.get();
    history.alive = 3;
    history.clocks = {&clock_[0], &clock_[1]};
    selvage::race::make_canonical(history);
  }
  std::unique_ptr<Shadow> shadow_;
  VectorClock clock_[2];
  static constexpr std::uint64_t kPlace = 0x100000, kElsewhere = 0x200000;
};

TEST_F(CanonicalTest, WhatAllKnowIsForgotten) {
  access(kPlace, 0, kWrite);
  tell(0, 1);
  make_canonical();
  EXPECT_TRUE(Shadow::is_empty(shadow_->fresh_cell(kPlace)));
  EXPECT_EQ(clock_[1].get(0), 0U);
  EXPECT_FALSE(races(kPlace, 1, kWrite));
}

TEST_F(CanonicalTest, WhatSomebodyDoesNotKnowStays) {
  access(kPlace, 0, kWrite);
  make_canonical();
  EXPECT_TRUE(races(kPlace, 1, kRead));
}

TEST_F(CanonicalTest, HowLongAgoMakesNoDifference) {
  for (int round = 0; round < 5; ++round) tell(0, 1);
  access(kPlace, 0, kWrite);
  make_canonical();
  const VectorClock first = clock_[0];
  const Record record = shadow_->fresh_cell(kPlace)->records[0];
  SetUp();
  access(kPlace, 0, kWrite);
  make_canonical();
  EXPECT_EQ(clock_[0].size, first.size);
  EXPECT_EQ(clock_[0].at[0], first.at[0]);
  EXPECT_EQ(shadow_->fresh_cell(kPlace)->records[0].epoch, record.epoch);
}

TEST_F(CanonicalTest, TheOrderOfAThreadsOwnAccessesStays) {
  access(kPlace, 0, kWrite);
  tell(0, 1);
  access(kElsewhere, 0, kWrite);
  // Thread 1 knows of the first alone; a third, which knows nothing, keeps both.
  VectorClock third;
  third.clear();
  third.set(2, 1);
  History history;
  history.shadow = shadow_.get();
  history.alive = 7;
  history.clocks = {&clock_[0], &clock_[1], &third};
  selvage::race::make_canonical(history);
  EXPECT_EQ(shadow_->touched().size(), 2U);
  EXPECT_FALSE(races(kPlace, 1, kRead));
  EXPECT_TRUE(races(kElsewhere, 1, kRead));
}

TEST_F(CanonicalTest, NewAccessesAreLaterThanAllBefore) {
  access(kPlace, 0, kWrite);
  make_canonical();
  tell(0, 1);
  access(kPlace, 0, kWrite);
  EXPECT_TRUE(races(kPlace, 1, kRead));
}

TEST_F(CanonicalTest, FreedMemoryStaysFreed) {
  access(kPlace, 0, kWrite | kFree);
  tell(0, 1);
  make_canonical();
  EXPECT_TRUE(races(kPlace, 1, kRead));
}

}  // namespace
