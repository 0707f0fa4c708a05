// The report that people read, against texts written by hand.
#include "text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "bytes.hpp"
#include "samples.hpp"
#include "sentence.hpp"
#include "trace_table.hpp"

namespace selvage::report {
namespace {

using namespace testing_support;
using testing::HasSubstr;
using testing::Not;

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, width(line));
  return widest;
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Text, ProvedIsOneLineAndTheOutcomes) {
  EXPECT_EQ(text_report(proved_sample()),
            "proved: all 20 executions of ./fixed end well (sequentially consistent memory model, 260 "
            "events, 0.01 s)\n"
            "1 outcome reached:\n"
            "  4  in 20 executions\n");
}

TEST(Text, WhatWasChangedInTheProgramComesFirst) {
  Result result = proved_sample();
  result.weaken = {"spin.cpp:12=relaxed"};
  EXPECT_THAT(
      text_report(result),
      testing::StartsWith("proved: with the order at spin.cpp:12 weakened to relaxed, all 20 executions"));
  Result race = race_sample();
  race.drop_lock = {"counter.cpp:9"};
  EXPECT_THAT(text_report(race),
              testing::StartsWith("data-race: with the lock at counter.cpp:9 dropped: T2 writes count"));
}

TEST(Text, AStatefulSearchCountsStates) {
  Result result = proved_sample();
  result.search = "stateful";
  result.states = 24;
  result.transitions = 33;
  result.memory = 3 << 19;
  result.message = verdict_sentence(result, "");
  EXPECT_EQ(text_report(result),
            "proved: every execution of ./fixed ends well, as the steps from all of its 24 states show "
            "(sequentially "
            "consistent memory model, 33 transitions, 1.5 MiB, 0.01 s)\n"
            "1 outcome reached:\n"
            "  4\n");
  result.verdict = Verdict::exhausted;
  result.message = "the budget of 1 MiB was used up";
  result.complete = false;
  EXPECT_THAT(text_report(result), HasSubstr("./fixed: 24 states, 33 transitions, 1.5 MiB, 0.01 s;"));
}

TEST(Text, ARaceFromTheTopDown) {
  TextOptions options;
  options.replay_command = "selvage run --replay r.schedule ./racy";
  EXPECT_EQ(text_report(race_sample(), options),
            "data-race: T2 writes count while T1 reads it\n"
            "To replay it:  selvage run --replay r.schedule ./racy\n"
            "In T2: increment at src/counter.cpp:12\n"
            "\n"
            "How it comes about (one column a thread, time runs downward, > marks the two accesses):\n"
            "    #  T0         T1              T2               where\n"
            "    0  begins\n"
            "    1  starts T1                                   counter.cpp:20\n"
            "    2  starts T2                                   counter.cpp:20\n"
            "    3             lock m                           src/counter.cpp:12\n"
            ">   4             read count = 0                   src/counter.cpp:12\n"
            ">   5                             write count = 1  src/counter.cpp:12\n"
            "\n"
            "The two accesses:\n"
            "  T1: read of 4 bytes (#4), holding m\n"
            "      increment at src/counter.cpp:12\n"
            "      main::{lambda()#1}::operator() at src/counter.cpp:18\n"
            "  T2: write of 4 bytes (#5), holding no lock\n"
            "      increment at src/counter.cpp:12\n"
            "\n"
            "Schedule (1 preemption): v1 stop 0*3 1*2 2:1\n"
            "\n"
            "The program printed in this execution:\n"
            "  | hello\n"
            "  | world\n"
            "\n"
            "./racy: 3 executions and 1 cut short as covered by others, 33 events, 0.50 s;\n"
            "  the search ended before it had gone through all (sequentially consistent memory model)\n"
            "2 outcomes reached:\n"
            "  1  in 2 executions\n"
            "  2  in 1 execution\n");
}

TEST(Text, SaysWhatWasCutAtABound) {
  Result result = proved_sample();
  result.verdict = Verdict::exhausted;
  result.complete = false;
  result.bounded = 2;
  EXPECT_THAT(text_report(result),
              HasSubstr("20 executions and 3 cut short as covered by others and 2 cut short at the bound,"));
}

TEST(Text, SaysHowToSaveWhereNothingWasSaved) {
  TextOptions options;
  options.save_command = "selvage run --save-schedule racy.schedule ./racy";
  EXPECT_THAT(text_report(race_sample(), options),
              HasSubstr("To save it for replaying:  selvage run --save-schedule"));
  EXPECT_THAT(text_report(proved_sample(), options), Not(HasSubstr("--save-schedule")));
}

TEST(Text, TheVerdictIsSaidOnce) {
  Result result = race_sample();
  result.verdict = result.violations[0].kind = Verdict::deadlock;
  result.message = result.violations[0].message = "deadlock: T0 waits for a held by T1";
  EXPECT_EQ(text_report(result).rfind("deadlock: T0 waits for a held by T1\n", 0), 0U);
}

TEST(Text, OutputCanBeHidden) {
  TextOptions options;
  options.show_output = false;
  EXPECT_THAT(text_report(race_sample(), options), Not(HasSubstr("world")));
}

TEST(Text, ColourOnlyWhenAskedFor) {
  TextOptions options;
  EXPECT_THAT(text_report(race_sample(), options), Not(HasSubstr("\x1b")));
  options.color = true;
  EXPECT_THAT(text_report(race_sample(), options), HasSubstr("\x1b[1;31mdata-race\x1b[0m"));
  EXPECT_THAT(text_report(proved_sample(), options), HasSubstr("\x1b[1;32mproved\x1b[0m"));
}

TEST(Text, TheProgramCannotWriteIntoTheReport) {
  Result result = race_sample();
  result.violations[0].output = "\x1b[2J";
  result.outcomes[0].value = "exit 0: 4\n\x1b]0;owned\x07";
  const std::string text = text_report(result);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("  | \\x1b[2J\n"));
  EXPECT_THAT(text, HasSubstr("exit 0: 4\\n"));
}

TEST(Text, SeveralViolationsAreAllShown) {
  Result result = race_sample();
  Violation second;
  second.kind = Verdict::assertion;
  second.message = "count == 2 does not hold";
  result.violations.push_back(second);
  EXPECT_THAT(text_report(result), HasSubstr("\nassertion: count == 2 does not hold\n"));
}

TEST(Text, ManyOutcomesAndLongSchedulesAreShortened) {
  Result result = race_sample();
  result.outcomes.clear();
  for (int i = 0; i < 100; ++i) result.outcomes.push_back({std::to_string(i), 1, ""});
  result.violations[0].schedule = "v1 stop " + std::string(5000, '1') + " end";
  const std::string text = text_report(result);
  EXPECT_THAT(text, HasSubstr("  ... 76 more ...\n"));
  EXPECT_THAT(text, HasSubstr("\n  11  in 1 execution\n"));
  EXPECT_THAT(text, HasSubstr("\n  88  in 1 execution\n"));
  EXPECT_THAT(text, Not(HasSubstr("\n  12  in 1 execution\n")));
  EXPECT_THAT(text, HasSubstr("1111 ... 1111"));
  EXPECT_THAT(text, HasSubstr("(5012 characters in all"));
}

TEST(Text, ResultPrintsItself) {
  const Result result = race_sample();
  std::ostringstream out;
  out << result;
  EXPECT_EQ(out.str(), text_report(result));
  EXPECT_EQ(result.report(), text_report(result));
  EXPECT_TRUE(result.reached("1"));
  EXPECT_FALSE(result.reached("3"));
}

std::vector<TraceEvent> long_trace(std::size_t count, int threads) {
  std::vector<TraceEvent> trace;
  for (std::size_t i = 0; i < count; ++i) {
    trace.push_back({static_cast<int>(i) % threads, "read count = 0", {"a/b.cpp", 7, "f()"}, {}});
  }
  return trace;
}

TEST(Table, LongTracesLoseTheirMiddleButNotTheMarkedRows) {
  TableOptions options;
  options.marked = {500};
  const std::string table = trace_table(long_trace(1000, 2), options);
  EXPECT_EQ(lines_in(table), 1 + 40 + 1 + 1 + 1 + 40U);
  EXPECT_THAT(table, HasSubstr("... 460 events are left out ...\n> 500"));
  EXPECT_THAT(table, HasSubstr("... 459 events are left out ...\n  960"));
  EXPECT_THAT(table, HasSubstr("\n  999"));
}

TEST(Table, NoLineStandsForASingleRow) {
  EXPECT_EQ(lines_in(trace_table(long_trace(81, 2))), 82U);
  EXPECT_THAT(trace_table(long_trace(81, 2)), Not(HasSubstr("left out")));
  EXPECT_THAT(trace_table(long_trace(82, 2)), HasSubstr("... 2 events are left out ..."));
}

TEST(Table, KeepsWithinItsWidth) {
  std::vector<TraceEvent> trace = long_trace(10, 5);
  for (TraceEvent& event : trace) {
    event.text = "cas a_rather_long_namespace::some_variable: 12345 -> 12346 (acq_rel, from #3)";
    event.where.file = "/a/very/long/path/that/nobody/wants/to/read/in/a/table/file.cpp";
  }
  const std::string table = trace_table(trace);
  EXPECT_LE(widest_line(table), 110U);
  EXPECT_THAT(table, HasSubstr("  file.cpp:7\n")) << "long paths are shown by their base names";
  for (const char* word : {"some_variable:", "12346", "(acq_rel,", "#3)"}) {
    EXPECT_THAT(table, HasSubstr(word)) << "wrapped, not cut";
  }
}

TEST(Table, MoreThanFiveThreadsAreAList) {
  const std::string table = trace_table(long_trace(12, 6));
  EXPECT_EQ(table.substr(0, table.find("    1")),
            "    #  thread                where\n"
            "    0  T0    read count = 0  a/b.cpp:7\n");
  EXPECT_THAT(table, HasSubstr("\n    5  T5    read count = 0  a/b.cpp:7\n"));
}

TEST(Table, NothingForNoTrace) { EXPECT_EQ(trace_table({}), ""); }

TEST(Sentence, OneForEachKindOfEnd) {
  Result result;
  result.program = "./p";
  result.search = "exhaustive";
  EXPECT_EQ(verdict_sentence(result, ""),
            "the search ended before every execution of ./p was explored, so that nothing is proved");
  EXPECT_EQ(verdict_sentence(result, "the bound of 5 executions was reached"),
            "the bound of 5 executions was reached");
  result.search = "random";
  result.executions = 7;
  EXPECT_THAT(verdict_sentence(result, ""), HasSubstr("7 executions of ./p drawn at random"));
  result.search = "replay";
  EXPECT_THAT(verdict_sentence(result, ""), HasSubstr("proves nothing of the others"));
  result.verdict = Verdict::proved;
  EXPECT_EQ(verdict_sentence(result, ""), "all 7 executions of ./p end well");
  result.executions = 1;
  EXPECT_EQ(verdict_sentence(result, ""), "the only execution of ./p ends well");
  result.verdict = Verdict::deadlock;
  EXPECT_EQ(verdict_sentence(result, ""), "./p ended in deadlock");
}

}  // namespace
}  // namespace selvage::report
