// What a pool of two workers does to each item.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "fixed.hpp"
#include "racy.hpp"
#include "twice.hpp"

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

selvage::Result explore_racy(int n) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  return selvage::explore(options, [n] { selvage::outcome(racy::run(n)); });
}

TEST(ProcessPool, TheSharedIndexIsADataRaceAndItemsAreDoneAgain) {
  EXPECT_THAT(explore_racy(1), AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(1, 2))));
  EXPECT_THAT(explore_racy(2),
              AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(2, 3, 4, 5))));
}

TEST(ProcessPool, APromiseThatIsFulfilledTwiceEndsTheProgram) {
  const auto result = selvage::explore([] { selvage::outcome(twice::run(1)); });
  EXPECT_THAT(result, selvage::Finds(selvage::Verdict::exception));
  EXPECT_THAT(result.message, HasSubstr("Promise already satisfied"));
}

// What the student is to see: both workers look at the index before either moves it on.
TEST(ProcessPool, BothWorkersReadTheSameIndexStepByStep) {
  const auto result = selvage::explore([] { selvage::outcome(twice::run(1)); });
  ASSERT_EQ(result.violations.size(), 1U);
  std::vector<std::string> looks;
  for (const auto& event : result.violations.front().trace) {
    if (event.text.starts_with("atomic load twice::next")) looks.push_back(event.text);
  }
  EXPECT_THAT(looks, testing::Contains(HasSubstr("twice::next = 0")).Times(testing::Ge(2)));
}

TEST(ProcessPool, TakingAnItemInOneStepGivesEachOnceAndTheResultsInOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(1)); }),
              selvage::Proves(selvage::OutcomeIs("0")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(2)); }),
              selvage::Proves(selvage::OutcomeIs("0-1")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(3)); }),
              selvage::Proves(selvage::OutcomeIs("0-1-4")));
}

}  // namespace
