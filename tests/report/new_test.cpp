// `selvage new`: which names it takes, what it refuses, and that it leaves nothing behind where it does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "exit_status.hpp"
#include "new_project.hpp"
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
using testing::UnorderedElementsAre;

TEST(ProjectName, IsTheLastPartOfThePath) {
  EXPECT_EQ(project_name("queue"), "queue");
  EXPECT_EQ(project_name("queue/"), "queue");
  EXPECT_EQ(project_name("/somewhere else/queue//"), "queue");
  EXPECT_EQ(project_name("../c++-queue_1.2"), "c++-queue_1.2");
  EXPECT_EQ(project_name("2queues"), "2queues");
  EXPECT_EQ(project_name(std::string(64, 'q')), std::string(64, 'q'));
}

TEST(ProjectName, IsRefusedWhereCMakeWouldNotTakeIt) {
  for (const std::string bad :
       {"", "/", ".", "..", "a/..", "-q", "_q", ".q", "a b", "a;b", "a$b", "q\n", "q\"", "größe"}) {
    EXPECT_THROW(project_name(bad), Refused) << bad;
  }
  EXPECT_THROW(project_name(std::string(65, 'q')), Refused);
}

TEST(DefaultPrefixes, AreThoseOfTheEnvironmentThenTheSystems) {
  EXPECT_THAT(default_prefixes("", ""), ElementsAre("/usr/local", "/usr", "/"));
  EXPECT_THAT(default_prefixes("/a::/b", "/c/bin:/d/sbin/::/e"),
              ElementsAre("/a", "/b", "/c", "/d", "/e", "/usr/local", "/usr", "/"));
}

// The command in an installation of its own, with a template of its own.
class New : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* directory :
         {"i/bin", "i/lib/cmake/selvage", "i/share/selvage/template/.deep/er", "work"}) {
      fs::create_directories(scratch_ / directory);
    }
    fs::copy_file(SELVAGE_COMMAND, scratch_ / "i/bin/selvage");
    write(scratch_ / "i/lib/cmake/selvage/selvageConfig.cmake", "");
    write(template_ + "/CMakeLists.txt", "project(my_audit)\nadd_test(my_audit_test my_audit_test)\n");
    write(template_ + "/.deep/er/file", "nothing to put in\n");
  }
  // Runs `selvage new WORDS` in the folder work.
  int selvage_new(const std::string& words, const std::string& before = "") {
    const int status = shell("cd " + (scratch_ / "work") + " && " + before + " " + scratch_.path() +
                             "/i/bin/selvage new " + words + " >../out 2>../err");
    out_ = read(scratch_ / "out");
    err_ = read(scratch_ / "err");
    return status;
  }
  // All that lies in the folder work.
  std::vector<std::string> work() {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(scratch_ / "work")) {
      names.push_back(entry.path().lexically_relative(scratch_ / "work").string());
    }
    return names;
  }
  // Status 3, one line on stderr, nothing on stdout.
  void expect_refused(const std::string& words, const std::string& why, const std::string& before = "") {
    EXPECT_EQ(selvage_new(words, before), 3) << words;
    EXPECT_EQ(out_, "");
    EXPECT_THAT(err_, AllOf(StartsWith("selvage: "), HasSubstr(why)));
    EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
  }

  ScratchDir scratch_;
  const std::string template_ = scratch_ / "i/share/selvage/template";
  std::string out_, err_;
};

TEST_F(New, CopiesTheTemplateAndPutsTheNameIn) {
  EXPECT_EQ(selvage_new("queue"), 0) << err_;
  EXPECT_THAT(work(), UnorderedElementsAre("queue", "queue/CMakeLists.txt", "queue/.deep", "queue/.deep/er",
                                           "queue/.deep/er/file"));
  EXPECT_EQ(read(scratch_ / "work/queue/CMakeLists.txt"),
            "project(queue)\nadd_test(queue_test queue_test)\n");
  EXPECT_EQ(read(scratch_ / "work/queue/.deep/er/file"), "nothing to put in\n");
  EXPECT_EQ(err_, "");
}

TEST_F(New, TakesAPathAndAnEmptyDirectory) {
  fs::create_directories(scratch_ / "work/two words/queue");
  EXPECT_EQ(selvage_new("'two words/queue/'"), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("\n    cd 'two words/queue'\n"));
  EXPECT_THAT(read(scratch_ / "work/two words/queue/CMakeLists.txt"), StartsWith("project(queue)"));
}

TEST_F(New, SaysWhereSelvageIsOnlyWhereCMakeDoesNotFindIt) {
  const std::string flag = "-DCMAKE_PREFIX_PATH=" + (scratch_ / "i") + "\n";
  EXPECT_EQ(selvage_new("a"), 0);
  EXPECT_THAT(
      out_, HasSubstr("\n    cd a\n    cmake --preset gcc " + flag + "    cmake --workflow --preset gcc\n"));
  EXPECT_EQ(selvage_new("b", "PATH=/nowhere:" + (scratch_ / "i/bin") + ":$PATH"), 0);
  EXPECT_THAT(out_, HasSubstr("\n    cd b\n    cmake --workflow --preset gcc\n"));
  EXPECT_EQ(selvage_new("c", "CMAKE_PREFIX_PATH=" + (scratch_ / "i")), 0);
  EXPECT_THAT(out_, Not(HasSubstr("-DCMAKE_PREFIX_PATH")));
  fs::create_directories(scratch_ / "other/lib/cmake/selvage");
  write(scratch_ / "other/lib/cmake/selvage/selvageConfig.cmake", "");
  EXPECT_EQ(selvage_new("d", "CMAKE_PREFIX_PATH=" + (scratch_ / "other") + ":" + (scratch_ / "i")), 0);
  EXPECT_THAT(out_, HasSubstr(flag)) << "another installation would be found first";
}

TEST_F(New, RefusesABadNameAndTellsWhatIsAllowed) {
  for (const std::string bad : {"''", "'a b'", "dir/.hidden", ".", "'two\nlines'"}) {
    expect_refused(bad,
                   "a name is up to 64 letters, digits and any of _ - + . and begins with a letter or digit");
  }
  expect_refused("", "NAME is required (see selvage new --help)");
  expect_refused("a b", "not expected: b (see selvage new --help)");
  EXPECT_THAT(work(), ElementsAre());
}

TEST_F(New, NeverOverwrites) {
  fs::create_directories(scratch_ / "work/full");
  write(scratch_ / "work/full/mine", "mine");
  write(scratch_ / "work/file", "mine");
  fs::create_symlink("nowhere", scratch_ / "work/link");
  expect_refused("full", "full exists and is not empty");
  expect_refused("file", "file exists and is not a directory");
  expect_refused("link", "link exists and is not a directory");
  EXPECT_THAT(work(), UnorderedElementsAre("full", "full/mine", "file", "link"));
  EXPECT_EQ(read(scratch_ / "work/full/mine") + read(scratch_ / "work/file"), "minemine");
}

TEST_F(New, RefusesAPlaceThatCannotBeWritten) {
  expect_refused("no/such/queue", "cannot create no/such/queue: No such file or directory");
  expect_refused("/proc/queue", "cannot create /proc/queue: ");
  if (::geteuid() != 0) {  // root may write anywhere
    fs::permissions(scratch_ / "work", fs::perms::owner_read | fs::perms::owner_exec);
    expect_refused("queue", "cannot create queue: Permission denied");
    fs::permissions(scratch_ / "work", fs::perms::owner_all);
  }
  EXPECT_THAT(work(), ElementsAre());
}

// A file larger than this shell lets anyone write stands for a disk that is full.
TEST_F(New, LeavesNothingBehindWhenAFileCannotBeWritten) {
  write(template_ + "/.deep/er/large", std::string(100'000, 'x'));
  write(template_ + "/large", std::string(100'000, 'x'));
  const std::string full_disk = "trap '' XFSZ && ulimit -f 16 &&";
  expect_refused("queue", "File too large", full_disk);
  EXPECT_THAT(work(), ElementsAre());
  fs::create_directories(scratch_ / "work/empty");
  expect_refused("empty", "File too large", full_disk);
  EXPECT_THAT(work(), ElementsAre("empty")) << "what was there before stays";
}

TEST_F(New, RefusesABrokenInstallation) {
  fs::remove_all(template_);
  expect_refused("queue", template_ + " is missing: this installation of Selvage is incomplete");
  fs::create_directories(template_);
  expect_refused("queue", template_ + " is missing");
  fs::remove_all(scratch_ / "i/lib");
  expect_refused("queue", "selvageConfig.cmake: this installation of Selvage is incomplete");
  EXPECT_THAT(work(), ElementsAre());
}

TEST_F(New, IsInTheHelp) {
  EXPECT_EQ(selvage_new("--help"), 0);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("Usage: selvage new NAME\n"), HasSubstr("Exit status: 0"), EndsWith("\n")));
  EXPECT_THAT(work(), ElementsAre());
  std::string output;
  EXPECT_EQ(shell(SELVAGE_COMMAND " --help", &output), 0);
  EXPECT_THAT(output, HasSubstr("\n  new  "));
}

}  // namespace
}  // namespace selvage::cli
