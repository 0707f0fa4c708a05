// A trace recorded from a real program, resolved: library noise goes, names and stacks come.
#include "resolve.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "module_file.hpp"
#include "places.hpp"
#include "support.hpp"

namespace selvage::report {
namespace {

using namespace testing_support;
using testing::ElementsAre;

// Addresses of a program that is never run: its symbols are enough.
class Resolved : public testing::Test {
 protected:
  void SetUp() override {
    write(source_,
          "#include <vector>\n"
          "int count = 0;\n"
          "std::vector<int> list;\n"
          "__attribute__((noinline)) void user() { ++count; }\n"
          "int main() { user(); list.push_back(1); }\n");
    std::string output;
    ASSERT_EQ(shell("g++ -g -O0 -no-pie " + source_ + " -o " + program_, &output), 0) << output;
  }

  std::uint64_t address_of(const std::string& symbol) {
    std::string output;
    EXPECT_EQ(shell("nm -C " + program_ + " | grep -F ' " + symbol + "' | head -1", &output), 0) << symbol;
    return std::stoull(output, nullptr, 16);
  }
  RawEvent event(EventKind kind, const std::string& function, std::int64_t reads_from = -1) {
    RawEvent made;
    made.kind = kind;
    made.address = address_of("B count");
    made.size = 4;
    made.has_read = kind == EventKind::plain_read;
    made.has_write = kind == EventKind::plain_write;
    made.reads_from = reads_from;
    made.stack = {address_of(function) + 5, address_of("T main") + 5};
    return made;
  }
  Violation resolved(const RawViolation& violation) {
    RawResult raw;
    raw.verdict = violation.kind;
    raw.violations = {violation};
    raw.modules = {{.path = program_, .base = 0, .low = 0x400000, .high = 0x500000}};
    return resolve(raw, {}).violations.at(0);
  }
  static std::vector<std::string> texts(const Violation& violation) {
    std::vector<std::string> list;
    for (const TraceEvent& row : violation.trace) list.push_back(row.text);
    return list;
  }

  ScratchDir scratch_;
  const std::string source_ = scratch_ / "p.cpp", program_ = scratch_ / "p";
  const std::string kUser = "T user()",
                    kLibrary = "W std::vector<int, std::allocator<int> >::push_back(int&&)";
};

TEST_F(Resolved, AccessesOfTheLibraryAreLeftOutAndReferencesFollow) {
  RawViolation raw;
  raw.kind = Verdict::assertion;
  raw.trace = {event(EventKind::plain_write, kLibrary), event(EventKind::plain_write, kUser),
               event(EventKind::plain_read, kUser, 1), event(EventKind::plain_read, kUser, 0),
               event(EventKind::lock, kLibrary)};
  raw.trace.push_back(event(EventKind::free, kLibrary));  // main called push_back: it stays
  raw.trace.push_back(raw.trace.back());
  raw.trace.back().stack.pop_back();  // nobody of the user's is on the stack
  const Violation violation = resolved(raw);
  EXPECT_THAT(texts(violation), ElementsAre("write count = 0", "read count = 0 (from #0)", "read count = 0",
                                            "lock count", "free count"));
  EXPECT_EQ(violation.trace[0].where.line, 4U);
  EXPECT_EQ(violation.trace[3].where.line, 5U) << "the user's call of the library";
  EXPECT_EQ(violation.location.line, 5U) << "where the last event happened";
}

TEST_F(Resolved, RacingAccessesOfTheLibraryStay) {
  RawViolation raw;
  raw.kind = Verdict::data_race;
  raw.message = "{0x" + [&] {
    char text[32];
    std::snprintf(text, sizeof text, "%lx", static_cast<unsigned long>(address_of("B list")));
    return std::string(text);
  }() + "} races";
  raw.trace = {event(EventKind::plain_write, kLibrary), event(EventKind::plain_write, kLibrary),
               event(EventKind::plain_write, kUser)};
  raw.accesses = {{0, true, false, address_of("B count"), 4, 1, {address_of("B count")}},
                  {1, true, false, address_of("B count"), 4, 2, {}}};
  const Violation violation = resolved(raw);
  EXPECT_EQ(violation.message, "list races");
  ASSERT_EQ(violation.trace.size(), 2U);
  ASSERT_EQ(violation.accesses.size(), 2U);
  EXPECT_EQ(violation.accesses[0].event, 0U);
  EXPECT_EQ(violation.accesses[1].event, 1U);
  EXPECT_THAT(violation.accesses[0].holding, ElementsAre("count"));
  ASSERT_EQ(violation.accesses[0].stack.size(), 1U) << "main only: push_back is not the user's";
  EXPECT_EQ(violation.accesses[0].stack[0].line, 5U);
  ASSERT_EQ(violation.accesses[1].stack.size(), 2U);
  EXPECT_EQ(violation.accesses[1].stack[0].line, 4U);
}

// One stack slot holds first_local of first() and later second_local of second(): time tells which.
TEST(Doubt, WhatCompilersLeftOutIsNotProved) {
  RawResult raw;
  raw.verdict = Verdict::proved;
  raw.complete = true;
  raw.executions = 1;
  raw.units = raw.whole_units = 2;
  EXPECT_EQ(resolve(raw, {}).verdict, Verdict::proved);
  raw.whole_units = 1;
  const Result one = resolve(raw, {});
  EXPECT_EQ(one.verdict, Verdict::exhausted);
  EXPECT_FALSE(one.complete);
  EXPECT_THAT(one.message, testing::StartsWith("one of the program's source files was compiled without"));
  EXPECT_THAT(one.message,
              testing::EndsWith("nothing is proved: build with selvage c++ or selvage_add_test"));
  EXPECT_EQ(one.caveat, one.message);
  raw.units = 3;
  EXPECT_THAT(resolve(raw, {}).message, testing::StartsWith("2 of the program's source files were compiled"));
  raw.whole_units = 0;
  EXPECT_THAT(resolve(raw, {}).message, testing::StartsWith("the program's source files were compiled"));
  raw.units = 1;
  EXPECT_THAT(resolve(raw, {}).message, testing::StartsWith("the program was compiled without"));
  // Another verdict stays.
  raw.verdict = Verdict::data_race;
  EXPECT_EQ(resolve(raw, {}).verdict, Verdict::data_race);
  EXPECT_THAT(resolve(raw, {}).caveat, testing::HasSubstr("so outcomes may be missing"));
}

TEST(Places, AStackSlotIsNamedByTheFrameThatIsThere) {
  const ScratchDir scratch;
  write(scratch / "p.cpp",
        "void use(int*);\n"
        "__attribute__((noinline)) void first() { int first_local = 1; use(&first_local); }\n"
        "__attribute__((noinline)) void second() { int second_local = 2; use(&second_local); }\n"
        "void use(int* p) { ++*p; }\n"
        "int main() { first(); second(); }\n");
  ASSERT_EQ(shell("cd " + scratch.path() + " && g++ -g -O0 -no-pie p.cpp -o p"), 0);
  // Return addresses of the calls of use(), from the disassembly.
  const auto after_call_in = [&](const std::string& function) {
    std::string output;
    EXPECT_EQ(shell("objdump -d -C --no-show-raw-insn " + (scratch / "p") + " | sed -n '/<" + function +
                        "()>:/,/ret/p' | grep -A1 'call.*<use' | tail -1",
                    &output),
              0);
    return std::stoull(output, nullptr, 16);
  };
  constexpr std::uint64_t kFrame = 0x7fff0000, kOtherFrame = 0x7fff0100;
  Symbols symbols({{.path = scratch / "p", .base = 0, .low = 0x400000, .high = 0x500000}});
  std::uint64_t address = 0;
  for (std::uint64_t candidate = kFrame - 64; candidate < kFrame && address == 0; candidate += 4) {
    if (symbols.local_variable(after_call_in("first"), kFrame, candidate) == "first_local")
      address = candidate;
  }
  ASSERT_NE(address, 0U);
  ASSERT_EQ(symbols.local_variable(after_call_in("second"), kFrame, address), "second_local");

  RawViolation violation;
  violation.regions = {{RawRegion::Kind::stack, 0x7ffe0000, 0x7fff1000, 0, {}}};
  violation.trace.resize(3);
  violation.trace[0].stack = {after_call_in("first"), 0x400001};
  violation.trace[0].frames = {kFrame, kOtherFrame};
  violation.trace[1].thread = 1;  // another thread's frames say nothing of this stack
  violation.trace[1].stack = {after_call_in("second")};
  violation.trace[1].frames = {kFrame};
  violation.trace[2].stack = {after_call_in("second"), 0x400001};
  violation.trace[2].frames = {kFrame, kOtherFrame};
  Places places(violation, symbols);
  EXPECT_EQ(places.name(address, 0), "first_local");
  EXPECT_EQ(places.name(address, 1), "first_local");
  EXPECT_EQ(places.name(address, 2), "second_local");
  EXPECT_EQ(places.filled_in("{0x7ffefff0}", 0), "stack of T0 -4112");
}

// A loop that polls makes traces of hundreds of thousands of events: naming must not go through all of them each time.
TEST(Places, LongTracesAreNamedInOneGo) {
  Symbols symbols({});
  RawViolation violation;
  violation.regions = {{RawRegion::Kind::stack, 0x7ffe0000, 0x7fff1000, 0, {}}};
  violation.trace.resize(400'000);
  for (std::size_t i = 0; i < violation.trace.size(); ++i) violation.trace[i].thread = i % 2 == 0 ? 1 : 0;
  Places places(violation, symbols);
  for (std::size_t i = 0; i < violation.trace.size(); ++i) {
    ASSERT_EQ(places.name(0x7ffefff0, i), "stack of T0 -4112");
  }
}

}  // namespace
}  // namespace selvage::report
