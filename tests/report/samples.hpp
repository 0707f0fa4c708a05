// Results made by hand.
#pragma once

#include "selvage/selvage.hpp"

namespace selvage::testing_support {

inline Result proved_sample() {
  Result result;
  result.verdict = Verdict::proved;
  result.message = "all 20 executions of ./fixed end well";
  result.complete = true;
  result.executions = 20;
  result.blocked = 3;
  result.events = 260;
  result.seconds = 0.0123;
  result.outcomes = {{"4", 20, "v1 stop 0*3"}};
  result.program = "./fixed";
  result.search = "exhaustive";
  result.model = "sc";
  return result;
}

inline Result race_sample() {
  const SourceLocation start{"counter.cpp", 20, "main"};
  const SourceLocation increment{"src/counter.cpp", 12, "increment(int)"};
  const SourceLocation body{"src/counter.cpp", 18, "main::{lambda()#1}::operator()() const"};
  Result result;
  result.verdict = Verdict::data_race;
  result.message = "T2 writes count while T1 reads it";
  result.executions = 3;
  result.blocked = 1;
  result.events = 33;
  result.seconds = 0.5;
  result.program = "./racy";
  result.search = "exhaustive";
  result.model = "sc";
  result.outcomes = {{"1", 2, "v1 stop 0*2"}, {"2", 1, "v1 stop 0*3"}};
  Violation race;
  race.kind = Verdict::data_race;
  race.message = result.message;
  race.threads = {1, 2};
  race.location = increment;
  race.schedule = "v1 stop 0*3 1*2 2:1";
  race.preemptions = 1;
  race.trace = {{0, "begins", {}, {}},
                {0, "starts T1", start, {start}},
                {0, "starts T2", start, {start}},
                {1, "lock m", increment, {increment, body}},
                {1, "read count = 0", increment, {increment, body}},
                {2, "write count = 1", increment, {increment}}};
  race.accesses = {{1, false, false, 4, 4, {increment, body}, {"m"}},
                   {2, true, false, 4, 5, {increment}, {}}};
  race.output = "hello\nworld\n";
  result.violations = {race};
  return result;
}

}  // namespace selvage::testing_support
