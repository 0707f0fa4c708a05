// What two tasks make of a string that they append different letters to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "explore.hpp"
#include "get_set.hpp"
#include "invariant.hpp"
#include "private_member.hpp"
#include "whole.hpp"

namespace proof {

// The string, to be looked at without the manager's lock.
struct StringOf {
  using Type = std::string whole::Value::*;
  friend Type member(StringOf);
};
template struct PrivateMember<StringOf, &whole::Value::value_>;

struct GetSetStringOf {
  using Type = std::string get_set::Value::*;
  friend Type member(GetSetStringOf);
};
template struct PrivateMember<GetSetStringOf, &get_set::Value::value_>;

}  // namespace proof

namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST(ManagedString, GettingAndSettingIsFreeOfDataRacesAndLosesLetters) {
  const auto one_each = selvage::explore([] { selvage::outcome(get_set::run(1)); });
  EXPECT_THAT(one_each, selvage::Proves(UnorderedElementsAre("o", "x", "ox", "xo")));
  EXPECT_EQ(one_each.executions, 6U);
  EXPECT_THAT(selvage::explore([] { selvage::outcome(get_set::run(2)); }),
              selvage::Proves(UnorderedElementsAre("oo", "xx", "ox", "xo", "oox", "oxo", "xoo", "oxx", "xox",
                                                   "xxo", "ooxx", "oxox", "oxxo", "xoox", "xoxo", "xxoo")));
}

TEST(ManagedString, ALostLetterFailsTheAssertion) {
  EXPECT_THAT(selvage::explore([] { EXPECT_EQ(get_set::run(2).size(), 4U); }), selvage::FindsAssertion());
}

// What the student is to see: the second task gets and sets between the first one's get and set.
TEST(ManagedString, TheLostLetterIsShownStepByStep) {
  const auto result =
      selvage::explore([] { selvage::check(get_set::run(1).size() == 2, "a letter was lost"); });
  ASSERT_EQ(result.violations.size(), 1U) << result;
  EXPECT_EQ(result.violations.front().kind, selvage::Verdict::assertion);
  std::vector<std::string> steps;
  for (const auto& event : result.violations.front().trace) {
    if (event.thread == 0 || !event.text.starts_with("lock ")) continue;
    ASSERT_FALSE(event.stack.empty());
    const std::string& function = event.stack.front().function;
    steps.push_back('T' + std::to_string(event.thread) +
                    (function.find("Value::get") != std::string::npos ? " get" : " set"));
  }
  EXPECT_THAT(steps, ElementsAre("T1 get", "T2 get", "T2 set", "T1 set"));
}

TEST(ManagedString, AppendingInOneCallKeepsEveryLetterInAnyOrder) {
  EXPECT_THAT(selvage::explore([] { selvage::outcome(whole::run(1)); }),
              selvage::Proves(UnorderedElementsAre("ox", "xo")));
  EXPECT_THAT(selvage::explore([] { selvage::outcome(whole::run(2)); }),
              selvage::Proves(UnorderedElementsAre("ooxx", "oxox", "oxxo", "xoox", "xoxo", "xxoo")));
}

// What Z3 proves of a model at every size (whole.smt2) is looked at in every state of the real code.
template <typename Value, typename String>
selvage::Result explore_with(const proof::Invariant& invariant, int n, String string,
                             void (*append)(Value& value, char letter, int n)) {
  return selvage::explore([&invariant, n, string, append] {
    Value value;
    const auto count = [&value, string](char letter) {
      const std::string& text = value.*string;
      return std::count(text.begin(), text.end(), letter);
    };
    proof::in_two_threads(
        invariant,
        [count, n] {
          return proof::Invariant::Values{{"n", n}, {"o", count('o')}, {"x", count('x')}};
        },
        {n, n}, [&value, append] { append(value, 'o', 1); }, [&value, append] { append(value, 'x', 1); });
  });
}

TEST(ManagedString, TheProofsInvariantHoldsInEveryStateOfTheCode) {
  const proof::Invariant invariant(CASE_DIRECTORY "/whole.smt2");
  for (const int n : {1, 2}) {
    EXPECT_THAT(explore_with(invariant, n, member(proof::StringOf{}), whole::append), selvage::Proves());
  }
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(ManagedString, TheProofsInvariantDoesNotHoldWhereGettingAndSettingAreTwoCalls) {
  const proof::Invariant invariant(CASE_DIRECTORY "/whole.smt2");
  EXPECT_THAT(explore_with(invariant, 1, member(proof::GetSetStringOf{}), get_set::append),
              selvage::FindsAssertion());
}

TEST(ManagedString, AnotherInvariantDoesNotHoldOfTheCode) {
  const proof::Invariant lost(CASE_DIRECTORY "/whole.smt2", "(= o (+ a (ite (= pa 3) 1 0)))", "(= o 0)");
  EXPECT_THAT(explore_with(lost, 1, member(proof::StringOf{}), whole::append), selvage::FindsAssertion());
}

}  // namespace
