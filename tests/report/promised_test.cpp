// Which searches the default memory model takes, and whose word counts.
#include "promised.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace selvage::report {
namespace {

using testing::ElementsAre;

/// Plays the searches: answers each with the next result, and keeps what was asked.
class Played {
 public:
  explicit Played(std::vector<RawResult> results) : results_(std::move(results)) {}
  std::optional<Explored> explore(const Options& options) {
    return explore_what_is_promised(options, [this](const Options& o) -> std::optional<RawResult> {
      asked_.push_back(std::string(o.model) + (o.search == Search::graphs       ? " graphs"
                                               : o.search == Search::exhaustive ? " interleavings"
                                                                                : " other"));
      seconds_.push_back(o.seconds);
      if (asked_.size() > results_.size()) return std::nullopt;
      return results_[asked_.size() - 1];
    });
  }
  [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }
  [[nodiscard]] const std::vector<double>& seconds() const { return seconds_; }

 private:
  std::vector<RawResult> results_;
  std::vector<std::string> asked_;
  std::vector<double> seconds_;
};

RawResult result(Verdict verdict, const std::string& message = "") {
  RawResult made;
  made.verdict = verdict;
  made.message = message;
  made.seconds = 3;
  return made;
}
RawResult beyond() {
  RawResult made = result(Verdict::exhausted);
  made.beyond_sc = true;
  return made;
}

TEST(Promised, InterleavingsAreEnoughWhereNothingElseCanBeSeen) {
  Played played({result(Verdict::proved)});
  const auto explored = played.explore({});
  EXPECT_THAT(played.asked(), ElementsAre("auto interleavings"));
  EXPECT_EQ(explored->options.model, "sc");
  EXPECT_EQ(explored->raw.verdict, Verdict::proved);
  EXPECT_EQ(explored->only_sc, "");
}

TEST(Promised, GraphsHaveTheLastWordOnTheRest) {
  for (const Verdict verdict : {Verdict::proved, Verdict::data_race, Verdict::assertion, Verdict::deadlock}) {
    Played played({beyond(), result(verdict)});
    const auto explored = played.explore({});
    EXPECT_THAT(played.asked(), ElementsAre("auto interleavings", "rc11 graphs"));
    EXPECT_EQ(explored->options.model, "rc11");
    EXPECT_EQ(explored->options.search, Search::graphs);
    EXPECT_EQ(explored->raw.verdict, verdict);
    EXPECT_EQ(explored->only_sc, "");
  }
}

TEST(Promised, WhereGraphsDoNotKnowWhatHappensInterleavingsAreTakenAndThatIsSaid) {
  for (const Verdict verdict : {Verdict::unsupported, Verdict::nondeterministic, Verdict::exhausted}) {
    Played played({beyond(), result(verdict, "fork"), result(Verdict::proved)});
    const auto explored = played.explore({});
    EXPECT_THAT(played.asked(), ElementsAre("auto interleavings", "rc11 graphs", "sc interleavings"));
    EXPECT_EQ(explored->options.model, "sc");
    EXPECT_EQ(explored->raw.verdict, Verdict::proved);
    EXPECT_EQ(explored->only_sc, "fork");
  }
  RawResult refused = result(Verdict::exhausted);
  refused.refused = "no such line";
  Played played({beyond(), refused, refused});
  EXPECT_EQ(played.explore({})->raw.refused, "no such line");
}

TEST(Promised, ABudgetIsForAllSearchesAndItsEndIsTheEnd) {
  RawResult out = result(Verdict::exhausted, "the budget of 5 s was used up");
  out.out_of_budget = true;
  Options options;
  options.seconds = 5;
  Played played({beyond(), out, result(Verdict::proved)});
  const auto explored = played.explore(options);
  EXPECT_EQ(explored->raw.verdict, Verdict::exhausted);
  EXPECT_EQ(explored->options.model, "rc11");
  EXPECT_THAT(played.seconds(), ElementsAre(5, 2));
  Played longer({beyond(), result(Verdict::unsupported), result(Verdict::proved)});
  EXPECT_EQ(longer.explore(options)->raw.verdict, Verdict::proved);
  EXPECT_GT(longer.seconds().at(2), 0) << "0 would be no bound";
}

TEST(Promised, WhereExecutionsWereCutInterleavingsSayNothing) {
  RawResult cut = result(Verdict::exhausted, "an execution was cut at --max-events 100");
  cut.bounded = 1;
  Played played({beyond(), cut, result(Verdict::proved)});
  const auto explored = played.explore({});
  EXPECT_THAT(played.asked(), ElementsAre("auto interleavings", "rc11 graphs"));
  EXPECT_EQ(explored->raw.verdict, Verdict::exhausted);
  EXPECT_EQ(explored->options.model, "rc11");
}

TEST(Promised, WhatAsksForInterleavingsGetsThem) {
  Options random, races, crashes, preemptions;
  random.search = Search::random;
  races.races = Races::explore;
  crashes.crash_children = true;
  preemptions.preemptions = 1;
  for (const Options& options : {random, races, crashes, preemptions}) {
    Played played({result(Verdict::exhausted)});
    EXPECT_EQ(played.explore(options)->options.model, "sc");
    EXPECT_EQ(played.asked().size(), 1U);
  }
}

TEST(Promised, AModelThatIsNamedIsTaken) {
  Options options;
  options.model = "rc11";
  Played played({result(Verdict::unsupported)});
  EXPECT_EQ(played.explore(options)->raw.verdict, Verdict::unsupported);
  EXPECT_THAT(played.asked(), ElementsAre("rc11 interleavings"));
}

TEST(Promised, NobodyWaitsAnyMore) {
  EXPECT_FALSE(Played({}).explore({}).has_value());
  EXPECT_FALSE(Played({beyond()}).explore({}).has_value());
}

}  // namespace
}  // namespace selvage::report
