// The race detector against happens-before as it is defined: all pairs of accesses, in random executions.
#include "race/shadow.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <vector>

namespace selvage::race {
namespace {

constexpr int kThreads = 4;

struct Access {
  int thread;
  std::uint8_t mask, flags;
  std::array<std::size_t, kThreads>
      knows;  ///< of each thread, how many of its accesses happen before this one
};

bool races(const Access& earlier, std::size_t number, const Access& later) {
  return earlier.thread != later.thread && (earlier.mask & later.mask) != 0 &&
         ((earlier.flags | later.flags) & kWrite) != 0 && (earlier.flags & later.flags & kAtomic) == 0 &&
         number >= later.knows[static_cast<std::size_t>(earlier.thread)];
}

// An execution of accesses to two granules and of messages between threads. The oracle keeps every access
// and, for each thread, how many accesses of each other thread it has heard of.
TEST(Shadow, ReportsARaceExactlyWhereThereIsOne) {
  const auto shadow = std::make_unique<Shadow>();
  int racy = 0, clean = 0;
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    std::mt19937 engine(seed);
    shadow->new_execution();
    std::array<VectorClock, kThreads> clocks;
    std::array<VectorClock, 3> messages;
    std::array<std::array<std::size_t, kThreads>, kThreads> knows{};
    std::array<std::array<std::size_t, kThreads>, 3> told{};
    for (int t = 0; t < kThreads; ++t) {
      clocks[static_cast<std::size_t>(t)].clear();
      clocks[static_cast<std::size_t>(t)].set(t, 1);
    }
    struct Known {
      Access access;
      std::size_t number;
    };
    std::array<std::vector<Known>, 2> history;
    const unsigned quiet = 1 + seed % 4;  // more messages make fewer races
    bool ended = false;
    for (int step = 0; step < 40 && !ended; ++step) {
      const std::size_t t = engine() % kThreads;
      const std::size_t m = engine() % messages.size();
      if (engine() % (quiet + 1) != 0) {
        if (engine() % 2 == 0) {
          messages[m].join(clocks[t]);
          ++clocks[t].at[t];
          for (std::size_t u = 0; u < kThreads; ++u) told[m][u] = std::max(told[m][u], knows[t][u]);
        } else {
          clocks[t].join(messages[m]);
          for (std::size_t u = 0; u < kThreads; ++u) knows[t][u] = std::max(knows[t][u], told[m][u]);
        }
        continue;
      }
      const std::size_t granule = engine() % 2;
      constexpr std::uint8_t kMasks[] = {0x01, 0x02, 0x03, 0x0f, 0xf0, 0x3c, 0xff, 0x80};
      Access a{static_cast<int>(t), kMasks[engine() % 8],
               static_cast<std::uint8_t>(engine() % 3 == 0 ? kWrite : kRead), knows[t]};
      if (engine() % 4 == 0) a.flags |= kAtomic;
      bool expected = false;
      for (const Known& k : history[granule]) expected = expected || races(k.access, k.number, a);
      history[granule].push_back({a, knows[t][t]});
      ++knows[t][t];
      Race race{};
      Cell* cell = shadow->fresh_cell(0x7000'0000 + granule * 8);
      const bool found = shadow->access(cell, a.thread, clocks[t], a.mask, a.flags, 1, &race);
      ASSERT_EQ(found, expected) << "seed " << seed << " step " << step;
      if (found) {
        EXPECT_NE(race.earlier.thread, a.thread);
        EXPECT_NE(race.earlier.mask & a.mask, 0);
        ended = true;
      }
    }
    ++(ended ? racy : clean);
  }
  EXPECT_GT(racy, 1000);
  EXPECT_GT(clean, 1000);
}

TEST(Shadow, AFreedByteIsReportedHoweverOrdered) {
  const auto shadow = std::make_unique<Shadow>();
  shadow->new_execution();
  VectorClock clock;
  clock.set(0, 1);
  Race race{};
  Cell* cell = shadow->fresh_cell(0x1000);
  EXPECT_FALSE(shadow->access(cell, 0, clock, 0x0f, kWrite, 1, &race));
  EXPECT_FALSE(shadow->access(cell, 0, clock, 0x0f, kWrite | kFree, 2, &race));
  EXPECT_FALSE(shadow->access(cell, 0, clock, 0xf0, kRead, 3, &race)) << "other bytes";
  EXPECT_TRUE(shadow->access(cell, 0, clock, 0x01, kRead, 4, &race));
  EXPECT_NE(race.earlier.flags & kFree, 0);
  // ... and rather than a race with another access, wherever that stands.
  for (const bool free_first : {true, false}) {
    shadow->new_execution();
    cell = shadow->fresh_cell(0x1000);
    VectorClock other, third;
    other.set(1, 1);
    third.set(2, 1);
    if (free_first) shadow->access(cell, 0, clock, 0xff, kWrite | kFree, 2, &race);
    shadow->access(cell, 1, other, 0xff, kWrite, 3, &race);
    if (!free_first) shadow->access(cell, 0, clock, 0xff, kWrite | kFree, 2, &race);
    EXPECT_TRUE(shadow->access(cell, 2, third, 0xff, kRead, 4, &race));
    EXPECT_NE(race.earlier.flags & kFree, 0);
  }
  shadow->new_execution();
  EXPECT_FALSE(shadow->access(shadow->fresh_cell(0x1000), 0, clock, 0x01, kRead, 5, &race)) << "forgotten";
}

}  // namespace
}  // namespace selvage::race
