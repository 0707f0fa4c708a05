// Which numbers tasks find that are to get one each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "by_reference.hpp"
#include "by_value.hpp"
#include "out_of_scope.hpp"

namespace {

using testing::Not;
using testing::UnorderedElementsAre;

std::string word(const std::vector<int>& numbers) {
  std::string digits;
  for (const int number : numbers) digits += std::to_string(number);
  return digits;
}

selvage::Result explore_by_reference(int n) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  return selvage::explore(options, [n] { selvage::outcome(word(by_reference::numbers(n))); });
}

TEST(PassingArguments, ByReferenceIsADataRace) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(by_reference::run(2)); }), selvage::FindsDataRace());
}

// The race is of the loop's ++number with the task's reading.
TEST(PassingArguments, TheRaceIsOfTheLoopWithTheTask) {
  const auto result = selvage::explore([] { selvage::outcome(by_reference::run(1)); });
  ASSERT_EQ(result.violations.size(), 1U) << result;
  std::vector<std::string> accesses;
  for (const auto& access : result.violations.front().accesses) {
    accesses.push_back('T' + std::to_string(access.thread) + (access.write ? " writes" : " reads"));
  }
  EXPECT_THAT(accesses, UnorderedElementsAre("T0 writes", "T1 reads"));
}

TEST(PassingArguments, ByReferenceFindsAnyNumberFromItsOwnOn) {
  EXPECT_THAT(explore_by_reference(1), selvage::OutcomesAre(UnorderedElementsAre("0", "1")));
  EXPECT_THAT(explore_by_reference(2),
              selvage::OutcomesAre(UnorderedElementsAre("01", "02", "11", "12", "21", "22")));
}

TEST(PassingArguments, ByReferenceNumbersAreMissingOrThereTwice) {
  const auto result = explore_by_reference(3);
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_EQ(result.executions, 24U);
  EXPECT_THAT(result, selvage::CanReach("012"));
  EXPECT_THAT(result, selvage::CanReach("112"));       // 0 is missing, 1 is there twice
  EXPECT_THAT(result, selvage::CanReach("333"));       // nobody was to have 3
  EXPECT_THAT(result, Not(selvage::CanReach("002")));  // 0 was over when the second task was started
}

TEST(PassingArguments, ATaskCanBeLateForANumberThatIsFreed) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  const auto result = selvage::explore(options, [] { selvage::outcome(out_of_scope::run(2)); });
  EXPECT_THAT(result, selvage::FindsDataRace());
  EXPECT_THAT(result, selvage::Finds(selvage::Verdict::use_after_free));
  // Whoever is in time finds its number.
  EXPECT_THAT(result, selvage::OutcomeIs(2));
}

// What the student is to see: the list is freed, then the task reads.
TEST(PassingArguments, TheUseAfterTheFreeIsShownStepByStep) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  const auto result = selvage::explore(options, [] { selvage::outcome(out_of_scope::run(1)); });
  std::vector<std::string> steps;
  for (const auto& violation : result.violations) {
    if (violation.kind != selvage::Verdict::use_after_free) continue;
    for (const auto& event : violation.trace) {
      const std::string kind = event.text.substr(0, event.text.find(' '));
      if (kind == "free" || kind == "starts")
        steps.push_back('T' + std::to_string(event.thread) + ' ' + kind);
    }
    ASSERT_FALSE(violation.trace.empty());
    EXPECT_EQ(violation.trace.back().thread, 1);
    EXPECT_THAT(violation.trace.back().text, testing::StartsWith("read heap block of 4 bytes"));
  }
  EXPECT_THAT(steps, testing::ElementsAre("T0 starts", "T0 free"));
}

TEST(PassingArguments, ByValueEachNumberIsFoundOnce) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(word(by_value::numbers(3))); }),
              selvage::Proves(selvage::OutcomeIs("012")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(word(by_value::numbers(10))); }),
              selvage::Proves(selvage::OutcomeIs("0123456789")));
}

}  // namespace
