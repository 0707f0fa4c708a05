// What the first thread is told about the second's countdown, before it has waited for it and after.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "atomic.hpp"
#include "racy.hpp"

namespace {

using testing::ElementsAre;
using testing::StartsWith;

constexpr const char* still_running = "still-running,completed";
constexpr const char* completed = "completed,completed";

TEST(CountingDown, AskingAPlainFlagIsADataRace) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(racy::run(10)); }), selvage::FindsDataRace());
}

// The second question is no part of the race: the join orders it. Only one read and one write are to blame.
TEST(CountingDown, TheRaceIsOfTheFirstQuestionWithTheRaisingOfTheFlag) {
  const auto result = selvage::explore([] { selvage::outcome(racy::run(10)); });
  ASSERT_EQ(result.violations.size(), 1U) << result;
  std::vector<std::string> accesses;
  for (const auto& access : result.violations.front().accesses) {
    accesses.push_back((access.write ? "write by " : "read by ") + std::to_string(access.thread));
    ASSERT_FALSE(access.stack.empty());
    accesses.back() += " in " + access.stack.front().function;
  }
  EXPECT_THAT(accesses, testing::UnorderedElementsAre(StartsWith("read by 0 in racy::answer"),
                                                      StartsWith("write by 1 in racy::count_down")));
}

TEST(CountingDown, ThePlainFlagCanGiveBothAnswersAtFirst) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  const auto result = selvage::explore(options, [] { selvage::outcome(racy::run(10)); });
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::OutcomesAre(ElementsAre(completed, still_running)));
}

TEST(CountingDown, TheAtomicFlagCanGiveBothAnswersAtFirstAndOneAfterTheJoin) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(atomic::run(10)); }),
              selvage::Proves(ElementsAre(completed, still_running)));
}

}  // namespace
