// The short form of a schedule: what is written is read back, and nothing else is accepted.
#include "search/schedule.hpp"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

namespace selvage::search {
namespace {

TEST(Schedule, WhatIsWrittenIsReadBack) {
  std::mt19937 engine(7);
  for (int round = 0; round < 2000; ++round) {
    Schedule s;
    s.races = static_cast<Races>(engine() % 3);
    s.report_leaks = engine() % 2 == 0;
    s.eager_unlock = engine() % 2 == 0;
    s.max_timeouts = engine() % 5;
    for (unsigned i = engine() % 3; i > 0; --i) {
      s.visible.push_back(
          {engine() % 2 == 0 ? "" : "lib-a+b.so", engine(), 1 + static_cast<std::uint32_t>(engine() % 8)});
    }
    s.lends = engine() % 2 == 0;
    for (unsigned i = engine() % 9; s.lends && i > 0; --i) {
      s.lent.push_back((s.lent.empty() ? 0x200000000000 : s.lent.back()) + 8 * (1 + engine() % 2));
    }
    if (engine() % 2 == 0) s.weaken = {"a b/50%.cpp:12=relaxed", "\n.cpp:1=acquire"};
    if (engine() % 2 == 0) s.drop_lock = {"c.cpp:7"};
    for (unsigned i = engine() % 20; i > 0; --i) {
      const auto step = static_cast<std::uint16_t>(engine() % 3);
      s.steps.push_back(engine() % 4 == 0 ? static_cast<std::uint16_t>(kAlternativeStep | step) : step);
    }
    const std::string text = to_text(s);
    const Schedule again = schedule_from_text(text);
    EXPECT_EQ(to_text(again), text);
    EXPECT_EQ(again.steps, s.steps) << text;
    EXPECT_EQ(again.races, s.races);
    EXPECT_EQ(again.eager_unlock, s.eager_unlock);
    EXPECT_EQ(again.lends, s.lends);
    EXPECT_EQ(again.lent, s.lent);
    EXPECT_EQ(again.weaken, s.weaken);
    EXPECT_EQ(again.drop_lock, s.drop_lock);
    ASSERT_EQ(again.visible.size(), s.visible.size());
    for (std::size_t i = 0; i < s.visible.size(); ++i) {
      EXPECT_EQ(again.visible[i].object, s.visible[i].object);
      EXPECT_EQ(again.visible[i].offset, s.visible[i].offset);
      EXPECT_EQ(again.visible[i].size, s.visible[i].size);
    }
  }
}

TEST(Schedule, AnythingElseIsRefused) {
  for (const char* text : {"",
                           " ",
                           "v2",
                           "0 v1",
                           "v1 64",
                           "v1 -1",
                           "v1 1*0",
                           "v1 1*",
                           "v1 *3",
                           "v1 :",
                           "v1 :32768",
                           "v1 x",
                           "v1 races=never",
                           "v1 leaks=2",
                           "v1 eager=x",
                           "v1 weaken=a%2",
                           "v1 weaken=%zz",
                           "v1 timeouts=",
                           "v1 colour=red",
                           "v1 visible=a",
                           "v1 visible=a+0x1",
                           "v1 visible=a+1/4",
                           "v1 lent=0x9/8",
                           "v1 lent=0x8/9",
                           "v1 lent=a+0x8/8",
                           "v1 lent=0x10/8,0x8/8",
                           "v1 lent=0x8/4000000000",
                           "v1 lent=8",
                           "v1 1*99999999999",
                           "v1 99999999999999999999",
                           "v1 1*2*3",
                           "v1 :1*2"}) {
    EXPECT_THROW(schedule_from_text(text), std::invalid_argument) << "'" << text << "'";
  }
}

}  // namespace
}  // namespace selvage::search
