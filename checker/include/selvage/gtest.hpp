// GoogleMock matchers on selvage::Result, and GoogleTest assertions inside an explored body.
//
//   EXPECT_THAT(explore(locked), Proves(OutcomeIs(4)));
//   EXPECT_THAT(explore(options, racy), AllOf(FindsDataRace(), CanReach(2), OutcomesAre(ElementsAre(2, 3,
//   4))));
//
// An EXPECT_* or ASSERT_* that fails in a thread of an explored body ends that execution with verdict
// `assertion`, at the failure's file and line.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <charconv>
#include <concepts>
#include <functional>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "selvage/selvage.hpp"

namespace selvage {
namespace detail {

/// Ends the current execution with verdict `assertion`. Does not return while exploring.
void fail_expectation(const char* file, int line, const char* message);
/// Each execution's body is run by `wrap(body)`. What `wrap` does before and after `body()` belongs to the
/// harness and is not part of the execution.
void set_body_wrapper(void (*wrap)(const std::function<void()>& body));

/// Takes the place of GoogleTest's own reporter, for every thread, while a body runs.
class ExpectationReporter : public testing::ScopedFakeTestPartResultReporter {
 public:
  ExpectationReporter() : ScopedFakeTestPartResultReporter(INTERCEPT_ALL_THREADS, nullptr) {}
  void ReportTestPartResult(const testing::TestPartResult& result) override {
    if (result.failed()) {
      fail_expectation(result.file_name() != nullptr ? result.file_name() : "",
                       result.line_number() > 0 ? result.line_number() : 0, result.message());
    }
  }
};

inline void run_body_under_gtest(const std::function<void()>& body) {
  const ExpectationReporter reporter;
  body();
}

inline const bool kGtestInstalled = (set_body_wrapper(&run_body_under_gtest), true);

/// A matched outcome: compares with integers as a number and with strings as text.
class OutcomeValue {
 public:
  explicit OutcomeValue(std::string text) : text_(std::move(text)) {
    long long number = 0;
    const char* const end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data(), end, number);
    if (error == std::errc() && stop == end) number_ = number;
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  /// For matchers that compute, e.g. Each(Truly([](long long value) { return value % 10 == 0; })). An outcome
  /// that is no integer is a failure of the test, not a number.
  operator long long() const {  // NOLINT: implicit on purpose
    if (!number_) ADD_FAILURE() << "the outcome '" << text_ << "' is not an integer";
    return number_.value_or(0);
  }

  template <std::integral Number>
  friend bool operator==(const OutcomeValue& a, Number b) {
    return a.number_ && std::in_range<long long>(b) && *a.number_ == static_cast<long long>(b);
  }
  template <std::convertible_to<std::string_view> Text>
  friend bool operator==(const OutcomeValue& a, const Text& b) {
    return a.text_ == std::string_view(b);
  }
  friend bool operator==(const OutcomeValue& a, const OutcomeValue& b) { return a.text_ == b.text_; }
  template <std::integral Number>
  friend bool operator<(const OutcomeValue& a, Number b) {
    return a.number_ && std::cmp_less(*a.number_, b);
  }
  template <std::integral Number>
  friend bool operator>(const OutcomeValue& a, Number b) {
    return a.number_ && std::cmp_greater(*a.number_, b);
  }
  template <std::integral Number>
  friend bool operator<=(const OutcomeValue& a, Number b) {
    return a.number_ && std::cmp_less_equal(*a.number_, b);
  }
  template <std::integral Number>
  friend bool operator>=(const OutcomeValue& a, Number b) {
    return a.number_ && std::cmp_greater_equal(*a.number_, b);
  }
  friend void PrintTo(const OutcomeValue& value, std::ostream* out) { *out << value.text_; }

 private:
  std::string text_;
  std::optional<long long> number_;
};

inline std::vector<OutcomeValue> outcome_values(const Result& result) {
  std::vector<OutcomeValue> values;
  for (const Outcome& outcome : result.outcomes) values.emplace_back(outcome.value);
  return values;
}

/// What a matcher is made from. Text is kept as std::string: of a literal GoogleMock would print the address.
template <typename Value>
decltype(auto) kept(const Value& value) {
  if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
    return std::string(std::string_view(value));
  } else {
    return (value);
  }
}

using ResultMatcher = testing::Matcher<const Result&>;

/// A matcher from two functions: does it hold (and why not), and how it reads.
class FunctionMatcher : public testing::MatcherInterface<const Result&> {
 public:
  using Holds = std::function<bool(const Result&, testing::MatchResultListener*)>;
  FunctionMatcher(std::string description, Holds holds)
      : description_(std::move(description)), holds_(std::move(holds)) {}
  bool MatchAndExplain(const Result& result, testing::MatchResultListener* listener) const override {
    return holds_(result, listener);
  }
  void DescribeTo(std::ostream* out) const override { *out << description_; }
  void DescribeNegationTo(std::ostream* out) const override { *out << "not (" << description_ << ")"; }

 private:
  std::string description_;
  Holds holds_;
};

inline ResultMatcher matcher(std::string description, FunctionMatcher::Holds holds) {
  return ResultMatcher(new FunctionMatcher(std::move(description), std::move(holds)));
}

template <typename Inner>
std::string described(const testing::Matcher<Inner>& inner) {
  std::ostringstream text;
  inner.DescribeTo(&text);
  return text.str();
}

}  // namespace detail

/// Every execution was explored and none was bad.
inline testing::Matcher<const Result&> Proves() {
  return detail::matcher("is proved", [](const Result& result, testing::MatchResultListener* listener) {
    *listener << "whose verdict is " << to_string(result.verdict);
    return result.verdict == Verdict::proved && result.complete;
  });
}

/// The executions end with outcomes that match: a matcher for a container, e.g. ElementsAre(2, 3, 4) or
/// Each(Le(5)). Outcomes are in the order of Result::outcomes; integers compare as numbers.
template <typename ContainerMatcher>
testing::Matcher<const Result&> OutcomesAre(const ContainerMatcher& outcomes) {
  const auto inner = testing::SafeMatcherCast<const std::vector<detail::OutcomeValue>&>(outcomes);
  return detail::matcher("has outcomes of which it holds: " + detail::described(inner),
                         [inner](const Result& result, testing::MatchResultListener* listener) {
                           const std::vector<detail::OutcomeValue> values = detail::outcome_values(result);
                           *listener << "whose outcomes are " << testing::PrintToString(values) << ", ";
                           return inner.MatchAndExplain(values, listener);
                         });
}

/// Every execution ends with this outcome: a value, or a matcher for one.
template <typename Value>
testing::Matcher<const Result&> OutcomeIs(const Value& value) {
  return OutcomesAre(testing::ElementsAre(detail::kept(value)));
}

/// Some execution ends with this outcome.
template <typename Value>
testing::Matcher<const Result&> CanReach(const Value& value) {
  return OutcomesAre(testing::Contains(detail::kept(value)));
}

/// Proved, and `also` holds of the result: OutcomeIs(4), CanReach(2) ...
inline testing::Matcher<const Result&> Proves(const testing::Matcher<const Result&>& also) {
  return testing::AllOf(Proves(), also);
}
/// Proved, and `outcomes` holds of the outcomes: ElementsAre(2, 3, 4) ...
template <typename ContainerMatcher>
testing::Matcher<const Result&> Proves(const ContainerMatcher& outcomes) {
  return testing::AllOf(Proves(), OutcomesAre(outcomes));
}

/// Some execution ended in this verdict.
inline testing::Matcher<const Result&> Finds(Verdict kind) {
  return detail::matcher("finds " + std::string(to_string(kind)),
                         [kind](const Result& result, testing::MatchResultListener* listener) {
                           *listener << "whose verdict is " << to_string(result.verdict);
                           bool found = result.verdict == kind;
                           for (const Violation& violation : result.violations)
                             found |= violation.kind == kind;
                           return found;
                         });
}
inline testing::Matcher<const Result&> FindsDataRace() { return Finds(Verdict::data_race); }
inline testing::Matcher<const Result&> FindsDeadlock() { return Finds(Verdict::deadlock); }
inline testing::Matcher<const Result&> FindsAssertion() { return Finds(Verdict::assertion); }

}  // namespace selvage
