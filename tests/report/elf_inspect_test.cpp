// What elf_inspect says of real binaries, compiled here.
#include "elf_inspect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "exit_status.hpp"
#include "support.hpp"

namespace selvage::cli {
namespace {

using namespace testing_support;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

class ElfInspect : public testing::Test {
 protected:
  void SetUp() override { write(scratch_ / "p.cpp", "int x; int main() { x = 1; }\n"); }

  // Compiles p.cpp; the path of what came out.
  std::string build(const std::string& command, const std::string& name = "p") {
    std::string output;
    EXPECT_EQ(shell("cd " + scratch_.path() + " && " + command + " p.cpp -o " + name, &output), 0) << output;
    return scratch_ / name;
  }
  std::string why(const std::string& path) { return refusal(inspect_elf(path), path, "/lib/libselvage.so"); }

  ScratchDir scratch_;
};

TEST_F(ElfInspect, AGccTsanProgramIsAccepted) {
  const std::string path = build("g++ -fsanitize=thread");
  const ElfFacts facts = inspect_elf(path);
  EXPECT_TRUE(facts.elf && facts.x86_64 && facts.program && facts.dynamic && facts.calls_tsan);
  EXPECT_FALSE(facts.contains_tsan || facts.privileged);
  EXPECT_THAT(facts.needed, Contains("libtsan.so.2"));
  EXPECT_EQ(why(path), "");
  EXPECT_EQ(why(build("g++ -fsanitize=thread -s", "stripped")), "") << "the dynamic symbols suffice";
  EXPECT_EQ(why(build("g++ -fsanitize=thread -no-pie", "fixed")), "");
}

TEST_F(ElfInspect, TellsWhetherStringsAreTheLibrarys) {
  write(scratch_ / "p.cpp",
        "#include <string>\nint main() { std::string s; s.push_back('x'); return s.empty(); }\n");
  const auto of_library = [this](const std::string& flags) {
    return inspect_elf(build("g++ -fsanitize=thread " + flags)).library_strings;
  };
  EXPECT_TRUE(of_library("-std=c++17"));
  EXPECT_TRUE(of_library("-std=c++11 -s"));
  EXPECT_TRUE(of_library("-std=c++17 -D_GLIBCXX_USE_CXX11_ABI=0"));
  EXPECT_FALSE(of_library("-std=c++20"));
  EXPECT_FALSE(
      of_library("-std=c++17 -I " SELVAGE_TREE "/checker/include -include selvage/instrumented_strings.hpp"));
  EXPECT_FALSE(inspect_elf(build("g++ -fsanitize=thread")).strings_instrumented);
  EXPECT_TRUE(
      inspect_elf(build(std::string("g++ -fsanitize=thread -Wl,--defsym=") + kStringsInstrumented + "=1"))
          .strings_instrumented);
}

TEST_F(ElfInspect, TellsWhetherTheLibraryIsInside) {
  write(scratch_ / "p.cpp", "#include <iostream>\nint main() { std::cout << 1; }\n");
  EXPECT_FALSE(inspect_elf(build("g++ -fsanitize=thread")).contains_library);
  EXPECT_TRUE(inspect_elf(build("g++ -fsanitize=thread -static-libstdc++")).contains_library);
}

TEST_F(ElfInspect, PlainProgramsAreRefused) {
  EXPECT_THAT(why(build("g++")), HasSubstr("not a -fsanitize=thread build"));
  EXPECT_THAT(why("/bin/true"), HasSubstr("not a -fsanitize=thread build"));
}

TEST_F(ElfInspect, LinkedButNotCompiledWithTsan) {
  std::string output;
  ASSERT_EQ(
      shell("cd " + scratch_.path() + " && g++ -c p.cpp -o p.o && g++ -fsanitize=thread p.o -o p", &output),
      0);
  EXPECT_THAT(why(scratch_ / "p"), HasSubstr("not a -fsanitize=thread build"));
}

TEST_F(ElfInspect, AStaticRuntimeIsToldBothWaysOut) {
  const auto both = AllOf(HasSubstr("-shared-libsan"), HasSubstr("link /lib/libselvage.so instead"));
  EXPECT_THAT(why(build("g++ -fsanitize=thread -static-libtsan", "gcc")), both);
  if (!have("clang++")) GTEST_SKIP() << "no clang++";
  EXPECT_THAT(why(build("clang++ -fsanitize=thread", "clang")), both);
  EXPECT_THAT(why(build("clang++ -fsanitize=thread -s", "clang-stripped")), both);
  EXPECT_EQ(why(build("clang++ -fsanitize=thread -shared-libsan", "shared")), "");
}

TEST_F(ElfInspect, NoRuntimeAtAllOrAnUnknownOne) {
  const std::string library = "g++ -shared -fPIC " SELVAGE_TEST_SOURCES "/fake_hooks.cpp -Wl,-soname,";
  std::string output;
  ASSERT_EQ(shell("cd " + scratch_.path() + " && g++ -fsanitize=thread -c p.cpp -o p.o && " +         //
                      library + "libother.so -o libother.so && g++ p.o ./libother.so -o none && " +   //
                      library + "libtsan.so.0 -o libtsan.so && g++ p.o ./libtsan.so -o old && " +     //
                      library + "libselvage.so -o libselvage.so && g++ p.o ./libselvage.so -o ours",  //
                  &output),
            0)
      << output;
  EXPECT_THAT(why(scratch_ / "none"), HasSubstr("linked with no runtime"));
  EXPECT_THAT(why(scratch_ / "old"), HasSubstr("needs libtsan.so.0"));
  EXPECT_EQ(why(scratch_ / "ours"), "");
}

TEST_F(ElfInspect, StaticPrograms) { EXPECT_THAT(why(build("g++ -static")), HasSubstr("statically linked")); }

TEST_F(ElfInspect, PrivilegedPrograms) {
  const std::string path = build("g++ -fsanitize=thread");
  ASSERT_EQ(::chmod(path.c_str(), 04755), 0);
  EXPECT_THAT(why(path), HasSubstr("setuid"));
}

TEST_F(ElfInspect, WhatIsNoProgramAtAll) {
  EXPECT_THAT(why(build("g++ -c")), HasSubstr("object file"));
  EXPECT_THAT(why(scratch_ / "p.cpp"), HasSubstr("not an ELF program"));
  write(scratch_ / "script", "#!/bin/sh\n");
  EXPECT_THAT(why(scratch_ / "script"), HasSubstr("is a script"));
  write(scratch_ / "empty", "");
  EXPECT_THAT(why(scratch_ / "empty"), HasSubstr("not an ELF program"));
  EXPECT_THROW(inspect_elf(scratch_ / "missing"), Refused);
  EXPECT_THROW(inspect_elf(scratch_.path()), Refused);
}

TEST_F(ElfInspect, OtherMachines) {
  const std::string path = build("g++ -fsanitize=thread");
  std::string bytes = read(path);
  bytes[18] = static_cast<char>(183);  // e_machine: EM_AARCH64
  write(path, bytes);
  EXPECT_THAT(why(path), HasSubstr("64-bit x86"));
}

TEST_F(ElfInspect, TruncatedAndDamagedFilesAreNoCrash) {
  const std::string whole = read(build("g++ -fsanitize=thread"));
  for (std::size_t length = 0; length < whole.size(); length += 1 + length / 3) {
    write(scratch_ / "p", whole.substr(0, length));
    EXPECT_NE(why(scratch_ / "p"), "") << length;
  }
}

TEST_F(ElfInspect, WithoutPermissionToRun) {
  const std::string path = build("g++ -fsanitize=thread");
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_THROW(inspect_elf(path), Refused);
}

}  // namespace
}  // namespace selvage::cli
