// The matchers of selvage/gtest.hpp on results made by hand, and the reporter that turns a failing
// expectation into a verdict.
#include "selvage/gtest.hpp"

#include <stdexcept>
#include <thread>

// What libselvage would do.
namespace {
void (*g_wrapper)(const std::function<void()>&) = nullptr;
struct Failed {
  std::string file, message;
  int line;
};
}  // namespace

namespace selvage::detail {
void set_body_wrapper(void (*wrap)(const std::function<void()>& body)) { g_wrapper = wrap; }
void fail_expectation(const char* file, int line, const char* message) { throw Failed{file, message, line}; }
}  // namespace selvage::detail

namespace selvage {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;
using testing::Not;
using testing::SizeIs;
using testing::Truly;
using testing::UnorderedElementsAre;

Result with_outcomes(const std::vector<std::string>& values, Verdict verdict = Verdict::proved) {
  Result result;
  result.verdict = verdict;
  result.complete = verdict == Verdict::proved;
  result.program = "made-by-hand";
  for (const std::string& value : values) result.outcomes.push_back({value, 1, ""});
  return result;
}

template <typename Matcher>
std::string explanation(const Matcher& matcher, const Result& result) {
  testing::StringMatchResultListener listener;
  testing::Matcher<const Result&>(matcher).MatchAndExplain(result, &listener);
  return listener.str();
}

TEST(Matchers, ProvesNeedsTheVerdictAndACompleteSearch) {
  EXPECT_THAT(with_outcomes({}), Proves());
  EXPECT_THAT(with_outcomes({}, Verdict::exhausted), Not(Proves()));
  Result incomplete = with_outcomes({});
  incomplete.complete = false;
  EXPECT_THAT(incomplete, Not(Proves()));
}

TEST(Matchers, OutcomeIsWantsExactlyOneOutcome) {
  EXPECT_THAT(with_outcomes({"200"}), OutcomeIs(200));
  EXPECT_THAT(with_outcomes({"200"}), OutcomeIs("200"));
  EXPECT_THAT(with_outcomes({"200"}), OutcomeIs(Ge(100)));
  EXPECT_THAT(with_outcomes({"200"}), Not(OutcomeIs(201)));
  EXPECT_THAT(with_outcomes({"199", "200"}), Not(OutcomeIs(200)));
  EXPECT_THAT(with_outcomes({}), Not(OutcomeIs(200)));
}

TEST(Matchers, ProvesTakesMatchersOfResultsAndOfOutcomes) {
  EXPECT_THAT(with_outcomes({"4"}), Proves(OutcomeIs(4)));
  EXPECT_THAT(with_outcomes({"4"}), Not(Proves(OutcomeIs(3))));
  EXPECT_THAT(with_outcomes({"4"}, Verdict::exhausted), Not(Proves(OutcomeIs(4))));
  EXPECT_THAT(with_outcomes({"2", "3", "4"}), Proves(ElementsAre(2, 3, 4)));
  EXPECT_THAT(with_outcomes({"2", "3"}), Not(Proves(ElementsAre(2, 3, 4))));
}

TEST(Matchers, OutcomesAreTakesAnyContainerMatcher) {
  const Result result = with_outcomes({"0", "10", "20"});
  EXPECT_THAT(result, OutcomesAre(ElementsAre(0, 10, 20)));
  EXPECT_THAT(result, OutcomesAre(UnorderedElementsAre(20, 0, 10)));
  EXPECT_THAT(result, OutcomesAre(ElementsAreArray(std::vector<int>{0, 10, 20})));
  EXPECT_THAT(result, OutcomesAre(SizeIs(3)));
  EXPECT_THAT(result, OutcomesAre(Each(AllOf(Ge(0), Le(20)))));
  EXPECT_THAT(result, OutcomesAre(Each(Truly([](long long value) { return value % 10 == 0; }))));
  EXPECT_THAT(result, OutcomesAre(Contains("10")));
  EXPECT_THAT(result, Not(OutcomesAre(Each(Le(19)))));
  EXPECT_THAT(result, Not(OutcomesAre(ElementsAre(0, 10))));
  EXPECT_THAT(result, Not(OutcomesAre(ElementsAre(0, 10, 21))));
}

TEST(Matchers, TextOutcomesAreNotNumbers) {
  EXPECT_THAT(with_outcomes({"lost", "ok"}), OutcomesAre(ElementsAre("lost", "ok")));
  EXPECT_THAT(with_outcomes({"lost", "ok"}), Not(OutcomesAre(Contains(0))));
  EXPECT_THAT(with_outcomes({"007"}), OutcomeIs(7));
  EXPECT_THAT(with_outcomes({"007"}), Not(OutcomeIs("7")));
  EXPECT_THAT(with_outcomes({"18446744073709551615"}), Not(OutcomeIs(-1)));
}

TEST(Matchers, CanReach) {
  EXPECT_THAT(with_outcomes({"2", "3"}), CanReach(2));
  EXPECT_THAT(with_outcomes({"2", "3"}), CanReach("3"));
  EXPECT_THAT(with_outcomes({"2", "3"}), Not(CanReach(4)));
}

TEST(Matchers, FindsLooksAtVerdictAndViolations) {
  Result result = with_outcomes({}, Verdict::data_race);
  result.violations.resize(2);
  result.violations[0].kind = Verdict::data_race;
  result.violations[1].kind = Verdict::assertion;
  EXPECT_THAT(result, FindsDataRace());
  EXPECT_THAT(result, FindsAssertion());
  EXPECT_THAT(result, Not(FindsDeadlock()));
  EXPECT_THAT(result, Finds(Verdict::assertion));
  EXPECT_THAT(with_outcomes({}, Verdict::deadlock), FindsDeadlock());
}

TEST(Matchers, FailuresShowTheReportAndTheOutcomes) {
  const Result result = with_outcomes({"2", "3"});
  EXPECT_EQ(testing::PrintToString(result), result.report());
  EXPECT_THAT(explanation(OutcomesAre(ElementsAre(2)), result), HasSubstr("whose outcomes are { 2, 3 }"));
  EXPECT_THAT(explanation(Proves(), with_outcomes({}, Verdict::deadlock)), HasSubstr("deadlock"));
}

TEST(Matchers, TextIsDescribedAsText) {
  EXPECT_EQ(testing::DescribeMatcher<const Result&>(CanReach("lost")),
            "has outcomes of which it holds: contains at least one element that is equal to \"lost\"");
  EXPECT_THAT(testing::DescribeMatcher<const Result&>(OutcomeIs("lost")), HasSubstr("is equal to \"lost\""));
}

TEST(Reporter, FailingExpectationsInABodyReachTheRuntime) {
  ASSERT_NE(g_wrapper, nullptr);
  int line = 0;
  try {
    g_wrapper([&] {
      line = __LINE__ + 1;
      EXPECT_EQ(1 + 1, 3) << "arithmetic";
      throw std::logic_error("the expectation did not end the body");
    });
    FAIL() << "the wrapper swallowed the failure";
  } catch (const Failed& failed) {
    EXPECT_EQ(failed.file, __FILE__);
    EXPECT_EQ(failed.line, line);
    EXPECT_THAT(failed.message, AllOf(HasSubstr("1 + 1"), HasSubstr("arithmetic")));
  }
}

TEST(Reporter, FailingAssertionsInOtherThreadsReachTheRuntime) {
  bool reached = false;
  g_wrapper([&] {
    std::thread([&] {
      try {
        [] { ASSERT_TRUE(false); }();
      } catch (const Failed&) {
        reached = true;
      }
    }).join();
  });
  EXPECT_TRUE(reached);
}

TEST(Reporter, PassingExpectationsAndTheTestAfterwardsAreLeftAlone) {
  bool ended = false;
  g_wrapper([&] {
    EXPECT_TRUE(true);
    SUCCEED();
    ended = true;
  });
  EXPECT_TRUE(ended);
  EXPECT_NONFATAL_FAILURE(ADD_FAILURE() << "back to normal", "back to normal");
}

}  // namespace
}  // namespace selvage
