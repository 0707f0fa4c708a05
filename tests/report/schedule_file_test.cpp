// Schedule files: saved, loaded, and refused one reason at a time.
#include "schedule_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "support.hpp"

namespace selvage::report {
namespace {

using namespace testing_support;
using testing::AllOf;
using testing::HasSubstr;

class Schedules : public testing::Test {
 protected:
  void SetUp() override {
    write(program_, "a program");
    file_.program = program_;
    file_.program_hash = hash_of_file(program_);
    file_.arguments = {"--flag", "two words", "\xff"};
    file_.races = Races::explore;
    file_.report_leaks = false;
    file_.max_timeouts = 5;
    file_.max_events = 1234;
    file_.expected = {"exit 0: 4", "exit 0: \xff"};
    file_.weaken = {"spin.cpp:12=relaxed"};
    file_.drop_lock = {"a b.cpp:7", "c.cpp:9"};
    file_.verdict = Verdict::deadlock;
    file_.schedule = "v1 stop 0*3 1*2 2:1";
    save_schedule(path_, file_);
  }

  std::string error_of(const auto& action) {
    try {
      action();
    } catch (const ScheduleError& error) {
      const std::string what = error.what();
      EXPECT_EQ(what.find('\n'), std::string::npos) << "one line";
      EXPECT_THAT(what, HasSubstr(path_)) << "names the file";
      return what;
    }
    return "accepted";
  }
  std::string load_error() {
    return error_of([&] { load_schedule(path_); });
  }

  ScratchDir scratch_;
  std::string program_ = scratch_ / "program", path_ = scratch_ / "saved.schedule";
  ScheduleFile file_;
};

TEST_F(Schedules, WhatIsSavedIsLoaded) {
  const ScheduleFile back = load_schedule(path_);
  EXPECT_EQ(back.program, program_);
  EXPECT_EQ(back.program_hash, file_.program_hash);
  EXPECT_EQ(back.arguments, file_.arguments);
  EXPECT_EQ(back.races, Races::explore);
  EXPECT_FALSE(back.report_leaks);
  EXPECT_EQ(back.model, "sc");
  EXPECT_EQ(back.max_timeouts, 5U);
  EXPECT_EQ(back.max_events, 1234U);
  EXPECT_EQ(back.expected, file_.expected);
  EXPECT_EQ(back.weaken, file_.weaken);
  EXPECT_EQ(back.drop_lock, file_.drop_lock);
  EXPECT_EQ(back.verdict, Verdict::deadlock);
  EXPECT_EQ(back.schedule, file_.schedule);
  EXPECT_NO_THROW(check_schedule_fits(back, path_, program_, file_.arguments));
}

TEST_F(Schedules, UnreadableFiles) {
  ::unlink(path_.c_str());
  EXPECT_THAT(load_error(), AllOf(HasSubstr("No such file"), HasSubstr("--save-schedule")));
}

TEST_F(Schedules, EmptyFiles) {
  write(path_, "");
  EXPECT_THAT(load_error(), HasSubstr("is empty"));
}

TEST_F(Schedules, EveryTruncation) {
  const std::string whole = read(path_);
  for (std::size_t length = 1; length + 2 < whole.size(); ++length) {
    write(path_, whole.substr(0, length));
    EXPECT_NE(load_error(), "accepted") << length;
  }
  write(path_, whole.substr(0, whole.size() / 2));
  EXPECT_THAT(load_error(), AllOf(HasSubstr("cut short or damaged"), HasSubstr("save the schedule again")));
}

TEST_F(Schedules, EveryChangedByteIsSeen) {
  const std::string whole = read(path_);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (std::isspace(static_cast<unsigned char>(whole[i])) != 0) continue;  // layout is not content
    std::string changed = whole;
    changed[i] = changed[i] == '7' ? '8' : '7';
    write(path_, changed);
    EXPECT_NE(load_error(), "accepted") << "byte " << i << " of\n" << changed;
  }
}

TEST_F(Schedules, OtherFiles) {
  for (const char* content : {"{}", "[1,2]", "#!/bin/sh\necho\n", "null",
                              "\x7f"
                              "ELF"}) {
    write(path_, content);
    EXPECT_THAT(load_error(), HasSubstr("is not a schedule file")) << content;
  }
}

TEST_F(Schedules, NewerFormats) {
  auto document = nlohmann::ordered_json::parse(read(path_));
  document["selvage-schedule"] = 2;
  write(path_, document.dump());
  EXPECT_THAT(load_error(), AllOf(HasSubstr("newer"), HasSubstr("format 2")));
}

TEST_F(Schedules, CorruptedContent) {
  auto document = nlohmann::ordered_json::parse(read(path_));
  document["schedule"] = "v1 stop 0*4";
  write(path_, document.dump(2));
  EXPECT_THAT(load_error(), HasSubstr("corrupted"));
  document.erase("checksum");
  write(path_, document.dump(2));
  EXPECT_THAT(load_error(), HasSubstr("corrupted"));
}

TEST_F(Schedules, LayoutAndOrderDoNotMatter) {
  write(path_, nlohmann::json::parse(read(path_)).dump(7) + "\n\n");
  EXPECT_EQ(load_schedule(path_).schedule, file_.schedule);
}

TEST_F(Schedules, AnotherProgramOrBuild) {
  write(program_, "another build");
  EXPECT_THAT(error_of([&] { check_schedule_fits(load_schedule(path_), path_, program_, file_.arguments); }),
              AllOf(HasSubstr("another build"), HasSubstr(program_)));
}

TEST_F(Schedules, OtherArguments) {
  EXPECT_THAT(error_of([&] { check_schedule_fits(load_schedule(path_), path_, program_, {"5"}); }),
              AllOf(HasSubstr("'two words'"), HasSubstr("same arguments")));
}

TEST(Files, WritingReplacesTheWholeFileOrNothing) {
  const ScratchDir scratch;
  const std::string path = scratch / "file";
  write_file(path, "one");
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  write_file(path, "two");
  EXPECT_EQ(read_file(path), "two");
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U) << "permissions are kept";
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(scratch.path())) names.push_back(entry.path().filename());
  EXPECT_EQ(names, std::vector<std::string>{"file"}) << "no temporary file stays behind";
}

TEST(Files, LinksAreFollowed) {
  const ScratchDir scratch;
  write(scratch / "real", "old");
  fs::create_symlink("real", scratch / "link");
  write_file(scratch / "link", "new");
  EXPECT_TRUE(fs::is_symlink(scratch / "link"));
  EXPECT_EQ(read_file(scratch / "real"), "new");
}

TEST(Files, WhatCannotBeWrittenIsKnownBefore) {
  const ScratchDir scratch;
  EXPECT_THROW(check_writable(scratch / "missing/file"), FileError);
  EXPECT_THROW(check_writable(scratch.path()), FileError) << "a directory";
  EXPECT_THROW(write_file(scratch / "missing/file", ""), FileError);
  EXPECT_THROW(read_file(scratch / "missing"), FileError);
  EXPECT_NO_THROW(check_writable("/dev/null"));
  EXPECT_NO_THROW(write_file("/dev/null", "gone"));
  EXPECT_TRUE(fs::is_character_file("/dev/null")) << "devices are not replaced";
  write(scratch / "kept", "content");
  EXPECT_NO_THROW(check_writable(scratch / "kept"));
  EXPECT_NO_THROW(check_writable(scratch / "new"));
  EXPECT_EQ(read_file(scratch / "kept"), "content");
  EXPECT_FALSE(fs::exists(scratch / "new"));
}

TEST(Files, AFullDiskIsAnError) { EXPECT_THROW(write_file("/dev/full", "text"), FileError); }

}  // namespace
}  // namespace selvage::report
