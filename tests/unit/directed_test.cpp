// Schedules written by hand: what cannot be followed is said, and so is what was left over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <string>
#include <thread>

namespace {

using selvage::Directed;
using selvage::Verdict;
using testing::AllOf;
using testing::HasSubstr;

int counter = 0;

// Not one addition of two.
__attribute__((noinline)) void increment() { ++counter; }

selvage::Result run(const Directed& schedule) {
  return selvage::run_directed(schedule, [] {
    counter = 0;
    const auto work = [] {
      for (int i = 0; i < 2; ++i) increment();
    };
    std::thread one(work), two(work);
    one.join();
    two.join();
    selvage::outcome(counter);
  });
}

Directed watching() {
  Directed schedule;
  schedule.watch(counter);
  return schedule;
}

TEST(DirectedSchedule, IsFollowed) {
  const auto result = run(watching()
                              .until_before_write(1, &counter)
                              .until_writes_done(2, &counter, 1)
                              .until_writes_done(1, &counter, 1)
                              .until_before_write(2, &counter)
                              .to_end(1)
                              .to_end(2));
  EXPECT_EQ(result.verdict, Verdict::exhausted) << result;
  EXPECT_THAT(result, selvage::OutcomeIs(2));
  EXPECT_EQ(run(watching().to_end(1).to_end(2).to_end(0)).verdict, Verdict::exhausted);
  EXPECT_EQ(run(watching().until_writes_done(1, &counter, 2).until_writes_done(2, &counter, 2)).verdict,
            Verdict::exhausted);
}

TEST(DirectedSchedule, WithStepsLeftOverIsMisuse) {
  const auto expect_misuse = [](const Directed& schedule, const std::string& step, const std::string& why) {
    const auto result = run(schedule);
    EXPECT_EQ(result.verdict, Verdict::misuse) << result;
    EXPECT_THAT(result.message, AllOf(HasSubstr("step " + step), HasSubstr(why)));
  };
  expect_misuse(watching().to_end(7), "1", "there was no thread 7");
  expect_misuse(watching().to_end(-1), "1", "there was no thread -1");
  expect_misuse(watching().to_end(1).until_before_write(7, &counter), "2", "there was no thread 7");
  expect_misuse(watching().until_writes_done(1, &counter, 3), "1", "thread 1 has ended");
  expect_misuse(watching().until_before_read(2, &counter, 5), "1", "thread 2 has ended");
  // The program's last thread, so that nothing comes after it.
  expect_misuse(watching().to_end(1).to_end(2).until_before_write(0, &counter, 7), "3", "accesses");
  expect_misuse(watching().to_end(1).to_end(2).events(0, 1000), "3", "events");
  // Nobody watches the counter.
  expect_misuse(Directed().until_before_write(1, &counter), "1", "watch()");
  expect_misuse(Directed().to_end(2).until_writes_done(1, &counter, 1), "2", "watch()");
}

}  // namespace
