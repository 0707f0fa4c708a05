// Which pages a crawler with two workers fetches, and whether it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <string>
#include <vector>

#include "early_stop.hpp"
#include "fetched_twice.hpp"
#include "fixed.hpp"
#include "never_stops.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(WebCrawler, AskingAndPuttingInApartFetchesAPageTwice) {
  selvage::Options options;
  options.expected = {"0-1-2"};
  const auto result = selvage::explore(options, [] { selvage::outcome(fetched_twice::run(3)); });
  EXPECT_THAT(result, selvage::FindsAssertion());
  EXPECT_THAT(result.message, HasSubstr("0-1-2-2"));
}

TEST(WebCrawler, CountingAPageAsDoneBeforeItsLinksLosesAllTheOthers) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(early_stop::run(3)); }),
              selvage::Proves(ElementsAre("0", "0-1-2")));
}

TEST(WebCrawler, NobodyTellsTheWorkerThatWaitsThatAllIsDone) {
  const auto result = selvage::explore([] { selvage::outcome(never_stops::run(1)); });
  EXPECT_THAT(result, selvage::FindsDeadlock());
  EXPECT_THAT(result.message, HasSubstr("waits to be notified"));
}

// What the student is to see: one worker sleeps, the other does the last page and goes without a word.
TEST(WebCrawler, TheWorkerThatIsForgottenIsShownStepByStep) {
  const auto result = selvage::explore([] { selvage::outcome(never_stops::run(1)); });
  ASSERT_EQ(result.violations.size(), 1U);
  std::vector<std::string> steps;
  for (const auto& event : result.violations.front().trace) {
    const std::string verb = event.text.substr(0, event.text.find(' '));
    EXPECT_THAT(verb, testing::Not(HasSubstr("notify")));
    if (verb == "wait" || verb == "ends") steps.push_back(verb);
  }
  EXPECT_THAT(steps, testing::IsSupersetOf({"wait", "ends"}));
}

TEST(WebCrawler, WhereBothAreOneStepEachPageIsFetchedOnceAndTheCrawlEnds) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(1)); }),
              selvage::Proves(selvage::OutcomeIs("0")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(2)); }),
              selvage::Proves(selvage::OutcomeIs("0-1")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(fixed::run(3)); }),
              selvage::Proves(selvage::OutcomeIs("0-1-2")));
}

}  // namespace
