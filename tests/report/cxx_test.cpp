// `selvage c++`: how command lines are taken apart, and both compilers for real.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cxx_plan.hpp"
#include "elf_inspect.hpp"
#include "exit_status.hpp"
#include "shell.hpp"
#include "support.hpp"

namespace selvage::cli {
namespace {

using namespace testing_support;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Layout kLayout{.prefix = "/",
                     .libselvage = "/L/libselvage.so",
                     .library_dir = "/L",
                     .gcc_stand_in = "",
                     .gcc_plugin = "/P.so",
                     .clang_plugin = "/Q.so",
                     .clang_stand_in = "",
                     .include_dir = "/I",
                     .package_dir = "",
                     .template_dir = ""};
const Toolchain kGcc{{"g++"}, false, 12};
const Toolchain kClang{{"clang++"}, true, 14};

std::vector<std::string> plan(const std::vector<std::string>& words, const Toolchain& toolchain = kGcc) {
  std::vector<std::string> lines;
  for (const auto& command : plan_cxx(parse_cxx_arguments(words), toolchain, kLayout, "/T").commands) {
    lines.push_back(shell_line(command));
  }
  return lines;
}

TEST(CxxPlan, CompilingAloneGetsTheFlags) {
  EXPECT_THAT(
      plan({"-c", "a.cpp", "-o", "a.o"}),
      ElementsAre("g++ -g -fsanitize=thread -fno-inline -fno-omit-frame-pointer -fno-optimize-sibling-calls "
                  "-ftrivial-auto-var-init=zero --param=tsan-instrument-func-entry-exit=0 -fno-builtin "
                  "-Wno-tsan -Og -isystem /I -include selvage/instrumented_strings.hpp -c a.cpp -o a.o"));
  EXPECT_THAT(plan({"-O2", "-c", "a.cpp"}), ElementsAre(Not(HasSubstr("-Og"))));
  EXPECT_THAT(
      plan({"-c", "a.cpp"}, kClang),
      ElementsAre(HasSubstr("-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang")));
  EXPECT_THAT(plan({"-c", "a.cpp"}, {{"clang++"}, true, 17}), ElementsAre(Not(HasSubstr("-enable-trivial"))));
  EXPECT_THAT(plan({"-c", "a.cpp"}, {{"g++"}, false, 12}), ElementsAre(Not(HasSubstr("-mllvm"))));
  EXPECT_THAT(plan({"-c", "a.cpp"}, {{"g++"}, false, 11}), ElementsAre(Not(HasSubstr("-ftrivial"))));
  EXPECT_THAT(plan({"-c", "a.cpp"}), ElementsAre(Not(HasSubstr("-fplugin"))));
  EXPECT_THAT(plan({"-c", "a.cpp"}, {{"g++"}, false, 12, true}), ElementsAre(HasSubstr("-fplugin=/P.so")));
  EXPECT_THAT(plan({"-c", "a.cpp"}, kClang), ElementsAre(Not(HasSubstr("plugin"))));
  EXPECT_THAT(plan({"-c", "a.cpp"}, {{"clang++"}, true, 14, true}),
              ElementsAre(HasSubstr("-fplugin=/Q.so -fpass-plugin=/Q.so")));
}

TEST(CxxPlan, CompilingAndLinkingIsTakenApart) {
  const auto lines =
      plan({"-Wall", "a.cpp", "b.cc", "x.o", "-lm", "-o", "prog", "-fsanitize=thread,undefined", "-DX=1"});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0],
              AllOf(HasSubstr("-fsanitize=thread "), HasSubstr("-Wall"), HasSubstr("-DX=1"),
                    EndsWith("a.cpp -c -o /T/a-0.o"), Not(HasSubstr("-lm")), Not(HasSubstr("prog"))));
  EXPECT_THAT(lines[1], EndsWith("b.cc -c -o /T/b-1.o"));
  EXPECT_EQ(lines[2],
            "g++ -Wl,--push-state,--no-as-needed /L/libselvage.so -Wl,--pop-state -Wl,-rpath,/L "
            "-Wl,--defsym=selvage_strings_are_instrumented=1 -Wall /T/a-0.o /T/b-1.o "
            "x.o -lm -o prog -fsanitize=undefined -DX=1");
}

TEST(CxxPlan, LinkingAloneLeavesTheSanitizerOff) {
  EXPECT_THAT(
      plan({"-fsanitize=thread", "a.o", "-shared-libsan", "-o", "p"}, kClang),
      ElementsAre("clang++ -Wl,--push-state,--no-as-needed /L/libselvage.so -Wl,--pop-state -Wl,-rpath,/L "
                  "-Wl,--defsym=selvage_strings_are_instrumented=1 -Qunused-arguments a.o -o p"));
}

TEST(CxxPlan, LanguagesGoWithTheirSources) {
  const auto lines = plan({"-x", "c++", "a.txt", "-x", "none", "b.o", "-o", "p"});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], EndsWith("-x c++ a.txt -c -o /T/a-0.o"));
  EXPECT_THAT(lines[1], AllOf(EndsWith("/T/a-0.o b.o -o p"), Not(HasSubstr("-x"))));
}

TEST(CxxPlan, DependencyFilesAreNamedAfterTheOutput) {
  const auto lines = plan({"-MMD", "src/a.cpp", "-o", "out/p"});
  EXPECT_THAT(lines[0], HasSubstr("-MMD -MF out/a.d -MT out/p"));
  EXPECT_THAT(lines[1], Not(HasSubstr("-M")));
}

TEST(CxxPlan, LinkTimeOptimisationIsLeftOff) {
  for (const std::string& line : plan({"-flto", "a.cpp"})) EXPECT_THAT(line, Not(HasSubstr("-flto")));
}

TEST(CxxPlan, QuestionsArePassedOn) { EXPECT_THAT(plan({"--version"}), ElementsAre("g++ --version")); }

TEST(CxxPlan, StaticProgramsAreRefused) {
  EXPECT_THROW(plan({"-static", "a.cpp"}), Refused);
  EXPECT_THROW(plan({"a.cpp", "-o"}), Refused) << "an argument is missing";
}

TEST(CxxPlan, ResponseFilesAreRead) {
  const ScratchDir scratch;
  write(scratch / "args", "-O1 -D 'A=two words'\n\"q.cpp\" -c\\ x\n");
  const CxxArguments arguments = parse_cxx_arguments({"@" + (scratch / "args"), "-c"});
  EXPECT_TRUE(arguments.optimises);
  EXPECT_TRUE(arguments.has_sources());
  EXPECT_THAT(arguments.items[1].words, ElementsAre("-D", "A=two words"));
  write(scratch / "loop", "@" + (scratch / "loop"));
  EXPECT_THROW(parse_cxx_arguments({"@" + (scratch / "loop")}), Refused);
}

TEST(Shell, Words) {
  EXPECT_EQ(shell_line({"a", "", "b c", "it's", "x=1,y/z"}), "a '' 'b c' 'it'\\''s' x=1,y/z");
}

// The command itself, in an installation of its own with a library that is only a name.
class Cxx : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!have(GetParam())) GTEST_SKIP() << GetParam() << " is not installed";
    for (const char* directory : {"bin", "lib", "src"}) fs::create_directories(scratch_ / directory);
    fs::copy_file(SELVAGE_COMMAND, scratch_ / "bin/selvage");
    fs::copy_file(SELVAGE_FAKE_RUNTIME, scratch_ / "lib/libselvage.so");
    write(scratch_ / "src/a.cpp", "int n; void inc();\nint main() { inc(); return n == 1 ? 0 : 1; }\n");
    write(scratch_ / "src/b.cpp",
          "#include <string>\nextern int n;\nvoid inc() { std::string s(\"x\"); n += s.size(); }\n");
  }
  int driver(const std::string& words) {
    output_.clear();
    return shell("cd " + (scratch_ / "src") + " && TMPDIR=" + scratch_.path() +
                     " ../bin/selvage c++ --compiler " + GetParam() + " " + words,
                 &output_);
  }
  bool instrumented(const std::string& object) {
    return shell("nm " + (scratch_ / "src/") + object + " | grep -q 'U __tsan_'") == 0;
  }

  ScratchDir scratch_;
  std::string output_;
};

TEST_P(Cxx, CompilesOnly) {
  EXPECT_EQ(driver("-c a.cpp b.cpp"), 0) << output_;
  EXPECT_TRUE(instrumented("a.o") && instrumented("b.o"));
  EXPECT_EQ(driver("-c a.cpp -o other.o -Wall -Werror"), 0) << output_;
  EXPECT_TRUE(instrumented("other.o"));
  EXPECT_EQ(driver("-S a.cpp -o a.s"), 0) << output_;
  EXPECT_THAT(read(scratch_ / "src/a.s"), HasSubstr("__tsan_"));
  EXPECT_EQ(driver("-E a.cpp"), 0);
  EXPECT_THAT(output_, HasSubstr("int main()"));
}

TEST_P(Cxx, CompilesAndLinksInOneCommand) {
  EXPECT_EQ(driver("a.cpp b.cpp -o prog -Wall -Werror -pthread -lm -fsanitize=thread"), 0) << output_;
  const ElfFacts facts = inspect_elf(scratch_ / "src/prog");
  EXPECT_TRUE(facts.calls_tsan);
  EXPECT_FALSE(facts.contains_tsan);
  ASSERT_FALSE(facts.needed.empty());
  EXPECT_EQ(facts.needed.front(), "libselvage.so");
  for (const std::string& library : facts.needed) EXPECT_THAT(library, Not(HasSubstr("tsan")));
  EXPECT_EQ(refusal(facts, "prog", ""), "");
  std::string output;
  EXPECT_EQ(shell(scratch_ / "src/prog", &output), 0) << "libselvage.so is found at run time: " << output;
  for (const auto& entry : fs::directory_iterator(scratch_.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(StartsWith("selvage-")))
        << "a temporary directory was left";
  }
}

TEST_P(Cxx, LinksObjects) {
  EXPECT_EQ(driver("-c a.cpp b.cpp"), 0) << output_;
  EXPECT_EQ(driver("a.o b.o -fsanitize=thread"), 0) << output_;
  EXPECT_EQ(inspect_elf(scratch_ / "src/a.out").needed.front(), "libselvage.so");
}

TEST_P(Cxx, TheCompilersFailureIsItsStatus) {
  write(scratch_ / "src/bad.cpp", "int main() { return x; }\n");
  EXPECT_EQ(driver("bad.cpp"), 1);
  EXPECT_THAT(output_, HasSubstr("bad.cpp:1"));
}

TEST_P(Cxx, ShowPrintsTheCommandsAndRunsNone) {
  EXPECT_EQ(driver("--show a.cpp -o shown"), 0);
  EXPECT_THAT(output_, AllOf(HasSubstr(GetParam() + " -g -fsanitize=thread"), HasSubstr("a.cpp -c -o")));
  EXPECT_FALSE(fs::exists(scratch_ / "src/shown"));
}

INSTANTIATE_TEST_SUITE_P(Compilers, Cxx, testing::Values("g++", "clang++"),
                         [](const auto& compiler) { return compiler.index == 0 ? "gcc" : "clang"; });

TEST(CxxCommand, AMissingCompilerIsNamed) {
  std::string output;
  EXPECT_EQ(shell(SELVAGE_COMMAND " c++ -std=c++20 --compiler no-such-c++ -c x.cpp", &output), 3);
  EXPECT_THAT(output, HasSubstr("no-such-c++"));
  output.clear();
  EXPECT_EQ(shell(SELVAGE_COMMAND " c++ --compiler no-such-c++ -c x.cpp", &output), 3);
  EXPECT_THAT(output, HasSubstr("no-such-c++"));
}

}  // namespace
}  // namespace selvage::cli
