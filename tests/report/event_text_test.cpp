// The words for events, and how records become a Result.
#include "event_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "resolve.hpp"

namespace selvage::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kCount = 0x10, kMutex = 0x20, kCond = 0x30;

std::string name(std::uint64_t address) {
  return address == kCount ? "count" : address == kMutex ? "m" : address == kCond ? "cv" : "?";
}

RawEvent event(EventKind kind, std::uint64_t address = 0) {
  RawEvent made;
  made.kind = kind;
  made.address = address;
  made.size = 4;
  return made;
}

std::string text(const RawEvent& made) { return event_text(made, name); }

RawEvent access(EventKind kind, bool reads, std::uint64_t read, bool writes, std::uint64_t written,
                int order = -1) {
  RawEvent made = event(kind, kCount);
  made.has_read = reads;
  made.read = read;
  made.has_write = writes;
  made.written = written;
  made.order = order;
  return made;
}

TEST(EventText, PlainAndAtomicAccesses) {
  RawEvent read = access(EventKind::plain_read, true, 0, false, 0);
  EXPECT_EQ(text(read), "read count = 0");
  read.reads_from = 3;
  EXPECT_EQ(text(read), "read count = 0 (from #3)");
  EXPECT_EQ(text(access(EventKind::plain_write, false, 0, true, 1)), "write count = 1");
  EXPECT_EQ(text(access(EventKind::plain_write, false, 0, false, 0)), "write count");
  EXPECT_EQ(text(access(EventKind::atomic_store, false, 0, true, 1, 3)), "atomic store count = 1 (release)");
  read = access(EventKind::atomic_load, true, 1, false, 0, 2);
  read.reads_from = 0;
  EXPECT_EQ(text(read), "atomic load count = 1 (acquire, from #0)");
  EXPECT_EQ(text(access(EventKind::atomic_rmw, true, 0, true, 1, 0)), "rmw count: 0 -> 1 (relaxed)");
  EXPECT_EQ(text(access(EventKind::atomic_cas, true, 0, true, 1, 4)), "cas count: 0 -> 1 (acq_rel)");
  EXPECT_EQ(text(access(EventKind::atomic_cas, true, 5, false, 0, 5)), "cas count fails, it is 5 (seq_cst)");
  RawEvent fence = event(EventKind::fence);
  fence.order = 5;
  EXPECT_EQ(text(fence), "fence (seq_cst)");
}

TEST(EventText, PointersToVariables) {
  constexpr std::uint64_t kTarget = 0x555555558010, kStray = 0x7fff00000000;
  const Namer names = [](std::uint64_t address) -> std::string {
    return address == kTarget  ? "table[2]"
           : address == kCount ? "next"
           : address == kStray ? "stack of T0 -8"
                               : "0x1";
  };
  RawEvent store = access(EventKind::atomic_store, false, 0, true, kTarget, 3);
  store.size = 8;
  EXPECT_EQ(event_text(store, names), "atomic store next = &table[2] (release)");
  store.written = kStray;
  EXPECT_EQ(event_text(store, names), "atomic store next = 0x7fff00000000 (release)");
  store.written = kCount;
  EXPECT_EQ(event_text(store, names), "atomic store next = 16 (release)") << "a small number is a number";
}

TEST(EventText, Locks) {
  EXPECT_EQ(text(event(EventKind::lock, kMutex)), "lock m");
  EXPECT_EQ(text(event(EventKind::unlock, kMutex)), "unlock m");
  RawEvent busy = event(EventKind::trylock, kMutex);
  busy.result = EBUSY;
  EXPECT_EQ(text(busy), "try_lock m: it is held");
  RawEvent late = event(EventKind::timedlock, kMutex);
  late.result = ETIMEDOUT;
  late.note = "timed out";
  EXPECT_EQ(text(late), "timed lock m: timed out");
  EXPECT_EQ(text(event(EventKind::read_lock, kMutex)), "lock m shared");
  EXPECT_EQ(text(event(EventKind::write_lock, kMutex)), "lock m exclusive");
}

TEST(EventText, ConditionVariables) {
  RawEvent wait = event(EventKind::cond_wait, kCond);
  wait.second = kMutex;
  EXPECT_EQ(text(wait), "wait cv (releases m)");
  EXPECT_EQ(text(event(EventKind::cond_wake)), "woken");
  RawEvent woken = event(EventKind::cond_wake, kCond);
  woken.note = "spurious";
  EXPECT_EQ(text(woken), "woken on cv (spurious)");
  EXPECT_EQ(text(event(EventKind::cond_signal, kCond)), "notify_one cv");
  EXPECT_EQ(text(event(EventKind::cond_broadcast, kCond)), "notify_all cv");
}

TEST(EventText, ThreadsAndChoices) {
  RawEvent create = event(EventKind::create);
  create.second = 1;
  EXPECT_EQ(text(create), "starts T1");
  create.kind = EventKind::join;
  EXPECT_EQ(text(create), "joins T1");
  RawEvent choose = event(EventKind::choose);
  choose.result = 2;
  choose.second = 3;
  EXPECT_EQ(text(choose), "choose -> 2 of 3");
}

TEST(EventText, EveryKindHasWords) {
  for (int kind = 0; kind <= static_cast<int>(EventKind::annotate); ++kind) {
    RawEvent made = event(static_cast<EventKind>(kind), kCount);
    made.note = "note";
    const std::string words = text(made);
    EXPECT_NE(words, "event") << kind;
    EXPECT_THAT(words, HasSubstr("note")) << kind;
  }
}

TEST(ValueText, BySizeAndSign) {
  EXPECT_EQ(value_text(0xff, 1), "-1");
  EXPECT_EQ(value_text(0x7f, 1), "127");
  EXPECT_EQ(value_text(0xffff, 4), "65535");
  EXPECT_EQ(value_text(0xfffffffe, 4), "-2");
  EXPECT_EQ(value_text(42, 8), "42");
  EXPECT_EQ(value_text(static_cast<std::uint64_t>(-42), 8), "-42");
  EXPECT_EQ(value_text(0x7f0012345678, 8), "0x7f0012345678") << "an address";
  EXPECT_EQ(value_text(7, 0), "7") << "an unknown size";
  EXPECT_EQ(value_text(7, 16), "0x7 (the low 8 of 16 bytes)");
}

TEST(Resolve, HeapAndStackPlacesInMessages) {
  RawResult raw;
  raw.verdict = Verdict::use_after_free;
  RawViolation violation;
  violation.kind = Verdict::use_after_free;
  violation.message = "T1 reads {0x1008} and {0x5000}, {0x1000}; {not this} {0x}";
  violation.regions = {{RawRegion::Kind::heap, 0x1000, 0x1010, 1, {}},
                       {RawRegion::Kind::stack, 0x4000, 0x6000, 0, {}}};
  raw.violations = {violation};
  const Result result = resolve(raw, {});
  EXPECT_EQ(
      result.message,
      "T1 reads heap block of 16 bytes from T1 +8 and stack of T0 -4096, heap block of 16 bytes from T1; "
      "{not this} {0x}");
  EXPECT_EQ(result.violations.at(0).message, result.message);
}

TEST(Resolve, AddressesOfNothingAreShownAsTheyAre) {
  RawResult raw;
  raw.verdict = Verdict::unsupported;
  raw.message = "what is {0xabc}";
  EXPECT_EQ(resolve(raw, {}).message, "what is 0xabc");
}

TEST(Resolve, OutcomesAreSortedAsNumbersOrAsText) {
  RawResult raw;
  raw.outcomes = {{"10", 1, ""}, {"9", 1, ""}, {"-1", 1, ""}};
  const auto values = [](const Result& result) {
    std::vector<std::string> list;
    for (const Outcome& outcome : result.outcomes) list.push_back(outcome.value);
    return list;
  };
  EXPECT_THAT(values(resolve(raw, {})), ElementsAre("-1", "9", "10"));
  raw.outcomes.push_back({"x", 1, ""});
  EXPECT_THAT(values(resolve(raw, {})), ElementsAre("-1", "10", "9", "x"));
}

TEST(Resolve, NamesProgramSearchAndModel) {
  RawResult raw;
  raw.verdict = Verdict::proved;
  raw.complete = true;
  raw.executions = 2;
  raw.modules = {{"/path/to/prog", 0, 0, 0}};
  Options options;
  options.model = "sc";
  Result result = resolve(raw, options);
  EXPECT_EQ(result.program, "prog");
  EXPECT_EQ(result.search, "exhaustive");
  EXPECT_EQ(result.model, "sc");
  EXPECT_EQ(result.message, "all 2 executions of prog end well");
  options.program = "./other";
  EXPECT_EQ(resolve(raw, options).program, "./other");
}

}  // namespace
}  // namespace selvage::report
