// Symbols against a real program: fixture.cpp prints its addresses, we name them.
#include "symbols.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "demangle.hpp"
#include "module_file.hpp"
#include "support.hpp"

namespace selvage::report {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kFixture = SELVAGE_TEST_SOURCES "/fixture.cpp";

struct Printed {
  std::vector<Module> modules;
  std::map<std::string, std::uint64_t> addresses;
  std::map<std::string, unsigned> lines;
};

Printed run_fixture(const std::string& program) {
  std::string output;
  EXPECT_EQ(shell(program, &output), 0) << output;
  Printed printed;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string what, path;
    words >> what;
    if (what == "module") {
      Module module;
      words >> std::hex >> module.base >> module.low >> module.high >> path;
      module.path = path == "self" ? program : path;
      printed.modules.push_back(module);
    } else if (!what.empty()) {
      std::uint64_t address = 0;
      unsigned number = 0;
      if (words >> number >> std::hex >> address) {
        printed.addresses[what] = address;
        printed.lines[what] = number;
      }
    }
  }
  return printed;
}

class SymbolsOf : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const std::string command = GetParam();
    if (!have(command.substr(0, command.find(' ')))) GTEST_SKIP() << command << " is not installed";
    printed_ = compiled(command);
    ASSERT_GT(printed_.modules.size(), 2U);
    symbols_ = std::make_unique<Symbols>(printed_.modules, SELVAGE_TEST_SOURCES);
  }

  std::uint64_t at(const std::string& what) {
    EXPECT_TRUE(printed_.addresses.contains(what)) << what;
    return printed_.addresses[what];
  }
  std::vector<SourceLocation> stack(const std::string& what) { return symbols_->stack({at(what)}); }

  // Each compilation takes a second: once a compiler is enough.
  static const Printed& compiled(const std::string& command) {
    static const ScratchDir scratch;
    static std::map<std::string, Printed> done;
    if (const auto found = done.find(command); found != done.end()) return found->second;
    const std::string program = scratch / ("fixture" + std::to_string(done.size()));
    std::string output;
    EXPECT_EQ(shell(command + " -std=c++20 -g -pthread " + kFixture + " -o " + program, &output), 0)
        << output;
    return done.emplace(command, run_fixture(program)).first->second;
  }

  Printed printed_;
  std::unique_ptr<Symbols> symbols_;
};

TEST_P(SymbolsOf, CodeHasFileLineAndFunction) {
  const auto frames = stack("template");
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].file, "fixture.cpp");
  EXPECT_EQ(frames[0].line, printed_.lines["template"]);
  EXPECT_EQ(short_function(frames[0].function), "shop::sell<int>");
}

TEST_P(SymbolsOf, InlinedCallsAreFrames) {
  const auto frames = stack("inlined");
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(short_function(frames[0].function), "inlined");
  EXPECT_EQ(frames[0].line, printed_.lines["inlined"]);
  EXPECT_EQ(short_function(frames[1].function), "outer");
  // fixture.cpp marks the line of the call.
  std::istringstream source(read(kFixture));
  unsigned number = 0;
  for (std::string line; std::getline(source, line);) {
    ++number;
    if (line.find("// INLINED HERE") != std::string::npos) break;
  }
  EXPECT_EQ(frames[1].line, number);
  EXPECT_EQ(frames[1].file, "fixture.cpp");
}

TEST_P(SymbolsOf, LambdasAreNamedByTheirFunction) {
  const auto frames = stack("lambda");
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames[0].line, printed_.lines["lambda"]);
  EXPECT_THAT(frames[0].function, StartsWith("main::"));
}

TEST_P(SymbolsOf, LibraryFramesAreHiddenBehindTheUsers) {
  const std::uint64_t puts = at("puts") + 1;  // a return address: looked up one byte earlier
  const auto both = symbols_->stack({puts, at("template"), puts});
  ASSERT_EQ(both.size(), 1U);
  EXPECT_EQ(short_function(both[0].function), "shop::sell<int>");
  EXPECT_EQ(symbols_->stack({puts}).size(), 1U) << "the only frame that there is must be shown";
}

TEST_P(SymbolsOf, VariablesAndTheirParts) {
  EXPECT_EQ(symbols_->variable(at("counter")), "counter");
  EXPECT_EQ(symbols_->variable(at("counter+1")), "counter+1");
  EXPECT_EQ(symbols_->variable(at("m")), "m");
  EXPECT_EQ(symbols_->variable(at("static")), "main::calls");
  EXPECT_EQ(symbols_->variable(at("balance")), "bank::account.balance");
  EXPECT_EQ(symbols_->variable(at("guard")), "bank::account.guard");
  EXPECT_EQ(symbols_->variable(at("nested")), "bank::account.points[1].y[2]");
  EXPECT_EQ(symbols_->variable(at("table")), "bank::table[2][3]");
  EXPECT_EQ(symbols_->variable(at("heap")), "");
  EXPECT_EQ(symbols_->variable(0), "");
}

TEST_P(SymbolsOf, ThreadLocalVariables) {
  EXPECT_EQ(symbols_->thread_local_variable(0), "own");
  EXPECT_EQ(symbols_->thread_local_variable(4), "own+4");
  EXPECT_EQ(symbols_->thread_local_variable(4096), "");
}

TEST_P(SymbolsOf, LocalVariablesByFrame) {
  const std::uint64_t pc = at("in-locals"), frame = at("frame");
  EXPECT_EQ(symbols_->local_variable(pc, frame, at("local")), "first");
  EXPECT_EQ(symbols_->local_variable(pc, frame, at("local-array")), "values[2]");
  EXPECT_EQ(symbols_->local_variable(pc, frame, frame + 100), "");
  EXPECT_EQ(symbols_->local_variable(pc, 0, at("local")), "");
}

INSTANTIATE_TEST_SUITE_P(Compilers, SymbolsOf,
                         testing::Values("g++ -O0", "clang++ -O0", "g++ -Og -fno-omit-frame-pointer",
                                         "clang++ -Og -fno-omit-frame-pointer", "g++ -O0 -no-pie",
                                         "clang++ -O0 -gdwarf-4", "g++ -O0 -gdwarf-4"),
                         [](const auto& compiler) {
                           std::string name = compiler.param;
                           for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

TEST(Symbols, WithoutDebugInformationTheSymbolTableStillNames) {
  const ScratchDir scratch;
  ASSERT_EQ(shell("g++ -std=c++20 -g0 -pthread " + kFixture + " -o " + (scratch / "fixture")), 0);
  const Printed printed = run_fixture(scratch / "fixture");
  Symbols symbols(printed.modules);
  EXPECT_EQ(symbols.variable(printed.addresses.at("table")), "bank::table+76");
  const auto frames = symbols.stack({printed.addresses.at("template")});
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].file, "");
  EXPECT_EQ(short_function(frames[0].function), "shop::sell<int>");
}

TEST(Symbols, NothingIsKnownOfMissingFilesAndStrayAddresses) {
  Symbols symbols({{.path = "/nonexistent/program", .base = 0, .low = 0x1000, .high = 0x2000}});
  EXPECT_TRUE(symbols.stack({0x1800, 0x5000, 0}).empty());
  EXPECT_EQ(symbols.variable(0x1800), "");
  EXPECT_TRUE(Symbols({}).stack({1}).empty());
}

TEST(Demangle, ShortFunctionNames) {
  EXPECT_EQ(short_function("main"), "main");
  EXPECT_EQ(short_function("increment(int)"), "increment");
  EXPECT_EQ(short_function("void ns::f<int (*)(char)>(int) const"), "ns::f<int (*)(char)>");
  EXPECT_EQ(short_function("a(int)::{lambda(int)#1}::operator()(int) const"),
            "a(int)::{lambda(int)#1}::operator()");
  EXPECT_EQ(short_function("(anonymous namespace)::g()"), "(anonymous namespace)::g");
  EXPECT_EQ(short_function("bool ns::operator< <int>(A<int>, int)"), "ns::operator< <int>");
  EXPECT_EQ(short_function("operator new(unsigned long)"), "operator new");
  EXPECT_EQ(short_function("A::operator bool() const"), "A::operator bool");
  EXPECT_EQ(short_function("std::ostream& operator<<(std::ostream&, A)"), "operator<<");
  EXPECT_EQ(short_function("A::operator->() const"), "A::operator->");
}

TEST(Demangle, OnlyMangledNames) {
  EXPECT_EQ(demangle("i"), "i");
  EXPECT_EQ(demangle("_Z3incv"), "inc()");
  EXPECT_EQ(demangle("_Z3incv.isra.0"), "inc()");
  EXPECT_EQ(demangle("_Znonsense"), "_Znonsense");
}

}  // namespace
}  // namespace selvage::report
