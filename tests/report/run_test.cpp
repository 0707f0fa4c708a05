// `selvage run` from the outside, with fake_runtime.cpp in the place of libselvage.so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "record.hpp"
#include "support.hpp"

namespace selvage {
namespace {

using namespace testing_support;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// An installation of its own: bin/selvage, lib/libselvage.so, lib/selvage/libtsan.so.2, and a TSan program.
class Installation {
 public:
  Installation() {
    for (const char* directory : {"bin", "lib", "lib/selvage"}) fs::create_directories(scratch / directory);
    fs::copy_file(SELVAGE_COMMAND, scratch / "bin/selvage");
    fs::copy_file(SELVAGE_FAKE_RUNTIME, scratch / "lib/libselvage.so");
    write(scratch / "empty.cpp", "");
    write(scratch / "program.cpp", "int x; int main() { x = 1; }\n");
    for (const std::string name : {"libtsan.so.2", "libclang_rt.tsan-x86_64.so"}) {
      must("g++ -shared -fPIC empty.cpp -Wl,-soname," + name + " -o lib/selvage/" + name);
    }
    must("g++ -g -fsanitize=thread -fno-builtin program.cpp -o program");
    must("g++ program.cpp -o plain");
  }
  void must(const std::string& command) {
    std::string output;
    if (shell("cd " + scratch.path() + " && " + command, &output) != 0) throw std::runtime_error(output);
  }
  ScratchDir scratch;
};

Installation& installation() {
  static Installation one;
  return one;
}

class Run : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"out", "err", "r.json", "r.schedule", "dump", "started"})
      fs::remove(dir_ / name);
  }

  static report::RawResult proved() {
    report::RawResult raw;
    raw.verdict = Verdict::proved;
    raw.complete = true;
    raw.executions = 2;
    raw.outcomes = {{"exit 0", 2, "v1 a"}};
    return raw;
  }
  static report::RawResult deadlock() {
    report::RawResult raw;
    raw.verdict = Verdict::deadlock;
    report::RawViolation violation;
    violation.kind = Verdict::deadlock;
    violation.message = "T0 and T1 wait for each other";
    violation.schedule = "v1 stop 0*3 1*2";
    violation.threads = {0, 1};
    raw.violations = {violation};
    return raw;
  }

  // Runs `selvage WORDS` in the scratch directory with the fake doing `what`.
  int selvage(const std::string& words, const std::string& what = "report",
              const report::RawResult& record = proved(), const std::string& before = "") {
    write(dir_ / "record", report::to_json_text(record));
    return selvage_with_record_there(words, what, before);
  }
  int selvage_with_record_there(const std::string& words, const std::string& what,
                                const std::string& before = "") {
    const int status =
        shell("cd " + dir_.path() + " && " + before + " FAKE=" + what +
              " FAKE_RECORD=record FAKE_DUMP=dump FAKE_STARTED=started bin/selvage " + words + " >out 2>err");
    out_ = read(dir_ / "out");
    err_ = read(dir_ / "err");
    return status;
  }

  // Status 3 and one line on stderr, nothing on stdout.
  void expect_refused(const std::string& why) {
    EXPECT_EQ(out_, "");
    EXPECT_THAT(err_, AllOf(StartsWith("selvage: "), HasSubstr(why)));
    EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
  }

  ScratchDir& dir_ = installation().scratch;
  std::string out_, err_;
};

TEST_F(Run, ExitStatusSaysTheVerdict) {
  EXPECT_EQ(selvage("run ./program"), 0);
  EXPECT_THAT(out_, StartsWith("proved: all 2 executions of ./program end well"));
  EXPECT_EQ(err_, "");
  EXPECT_EQ(selvage("run ./program", "report", deadlock()), 1);
  EXPECT_THAT(out_, StartsWith("deadlock: T0 and T1 wait for each other\n"));
  report::RawResult raw;
  EXPECT_EQ(selvage("run ./program", "report", raw), 2);
  raw.verdict = Verdict::unsupported;
  raw.message = "./program calls fork";
  EXPECT_EQ(selvage("run ./program", "report", raw), 3);
  EXPECT_THAT(out_, StartsWith("unsupported: ./program calls fork\n"));
  raw.refused = "the schedule does not fit";
  EXPECT_EQ(selvage("run ./program", "report", raw), 3);
  expect_refused("the schedule does not fit");
}

TEST_F(Run, TheProgramIsStartedUnderControl) {
  EXPECT_EQ(selvage("run --seed 7 ./program --json x -- --races", "report", proved(), "LD_PRELOAD=libm.so.6"),
            0);
  const std::string dump = read(dir_ / "dump");
  const std::string lib = dir_ / "lib";
  EXPECT_THAT(dump, HasSubstr("LD_PRELOAD=" + lib + "/libselvage.so:" + lib + "/selvage/libtsan.so.2:" + lib +
                              "/selvage/libclang_rt.tsan-x86_64.so:libm.so.6\n"));
  EXPECT_THAT(dump,
              HasSubstr("argument ./program\nargument --json\nargument x\nargument --\nargument --races\n"));
  EXPECT_THAT(dump, HasSubstr("stdin empty"));
  EXPECT_THAT(dump, HasSubstr("sigpipe default"));
  EXPECT_FALSE(fs::exists(dir_ / "x")) << "--json after the program is the program's";
  std::istringstream lines(dump);
  std::string line;
  while (std::getline(lines, line) && line.rfind("SELVAGE_OPTIONS=", 0) != 0) {
  }
  const Options options = report::options_from_json(line.substr(line.find('=') + 1));
  EXPECT_EQ(options.seed, 7U);
  EXPECT_EQ(options.program, "./program");
  EXPECT_EQ(options.search, Search::exhaustive);
}

TEST_F(Run, OptionsReachTheRuntime) {
  EXPECT_EQ(
      selvage("run --search random --executions 5 --time 2.5 --races explore --keep-going --leaks ignore "
              "--max-events 99 --max-timeouts 3 --crash-children --watchdog 4 --model sc ./program"),
      0)
      << err_;
  const std::string dump = read(dir_ / "dump");
  const std::size_t begin = dump.find("SELVAGE_OPTIONS=") + 16;
  const Options options = report::options_from_json(dump.substr(begin, dump.find('\n', begin) - begin));
  EXPECT_EQ(options.search, Search::random);
  EXPECT_EQ(options.executions, 5U);
  EXPECT_EQ(options.seconds, 2.5);
  EXPECT_EQ(options.races, Races::explore);
  EXPECT_TRUE(options.keep_going);
  EXPECT_FALSE(options.report_leaks);
  EXPECT_EQ(options.max_events, 99U);
  EXPECT_EQ(options.max_timeouts, 3U);
  EXPECT_TRUE(options.crash_children);
  EXPECT_EQ(options.watchdog_seconds, 4);
}

TEST_F(Run, JsonToAFileAndToStdout) {
  EXPECT_EQ(selvage("run --json r.json ./program", "report", deadlock()), 1);
  EXPECT_EQ(nlohmann::json::parse(read(dir_ / "r.json"))["verdict"], "deadlock");
  EXPECT_THAT(out_, StartsWith("deadlock"));
  EXPECT_EQ(selvage("run --json - ./program", "print", deadlock()), 1);
  EXPECT_EQ(nlohmann::json::parse(out_)["verdict"], "deadlock") << "and nothing else";
  EXPECT_THAT(err_, AllOf(HasSubstr("from the program"), HasSubstr("deadlock: T0 and T1")));
}

TEST_F(Run, SavedSchedulesReplayWithTheCommandThatIsShown) {
  EXPECT_EQ(selvage("run --races explore --save-schedule r.schedule ./program 'a b'", "report", deadlock()),
            1);
  EXPECT_THAT(out_, HasSubstr("\nTo replay it:  bin/selvage run --replay r.schedule ./program 'a b'\n"));
  EXPECT_EQ(selvage("run --replay r.schedule ./program 'a b'", "report", deadlock()), 1) << err_;
  const std::string dump = read(dir_ / "dump");
  const std::size_t begin = dump.find("SELVAGE_OPTIONS=") + 16;
  const Options options = report::options_from_json(dump.substr(begin, dump.find('\n', begin) - begin));
  EXPECT_EQ(options.search, Search::replay);
  EXPECT_EQ(options.replay_schedule, "v1 stop 0*3 1*2");
  EXPECT_EQ(options.races, Races::explore);
  // The file knows the program and its arguments.
  EXPECT_EQ(selvage("run --replay r.schedule", "report", deadlock()), 1) << err_;
  EXPECT_THAT(read(dir_ / "dump"), HasSubstr("argument " + (dir_ / "program") + "\nargument a b\n"));
}

TEST_F(Run, TheCommandThatSavesIsShownAndWorks) {
  report::RawResult found = deadlock();
  found.violations[0].schedule += std::string(200, ' ') + "1";
  EXPECT_EQ(selvage("run --races explore ./program 5", "report", found), 1);
  const std::string label = "To save it for replaying:  bin/selvage ";
  const std::size_t begin = out_.find(label);
  ASSERT_NE(begin, std::string::npos) << out_;
  const std::string command =
      out_.substr(begin + label.size(), out_.find('\n', begin) - begin - label.size());
  EXPECT_EQ(command, "run --races explore --save-schedule program.schedule ./program 5");
  EXPECT_EQ(selvage(command, "report", deadlock()), 1) << err_;
  EXPECT_TRUE(fs::exists(dir_ / "program.schedule"));
}

TEST_F(Run, ShortSchedulesReplayWithTheCommandThatIsShown) {
  EXPECT_EQ(selvage("run --races explore --expect 'exit 0: 1' ./program 'a b'", "report", deadlock()), 1);
  const std::string label = "\nTo replay it:  bin/selvage ";
  const std::size_t begin = out_.find(label);
  ASSERT_NE(begin, std::string::npos) << out_;
  const std::string command =
      out_.substr(begin + label.size(), out_.find('\n', begin + 1) - begin - label.size());
  EXPECT_EQ(command, "run --expect 'exit 0: 1' --schedule 'v1 stop 0*3 1*2' ./program 'a b'");
  EXPECT_EQ(selvage(command, "report", deadlock()), 1) << err_;
  const std::string dump = read(dir_ / "dump");
  const std::size_t options_at = dump.find("SELVAGE_OPTIONS=") + 16;
  const Options options =
      report::options_from_json(dump.substr(options_at, dump.find('\n', options_at) - options_at));
  EXPECT_EQ(options.search, Search::replay);
  EXPECT_EQ(options.replay_schedule, "v1 stop 0*3 1*2");
  EXPECT_EQ(options.expected, std::vector<std::string>{"exit 0: 1"});
}

TEST_F(Run, NothingToSaveIsSaid) {
  EXPECT_EQ(selvage("run --save-schedule r.schedule ./program"), 0);
  EXPECT_THAT(out_, HasSubstr("No schedule was written to r.schedule"));
  EXPECT_FALSE(fs::exists(dir_ / "r.schedule"));
}

TEST_F(Run, ForeignSchedulesAreRefused) {
  EXPECT_EQ(selvage("run --save-schedule r.schedule ./program", "report", deadlock()), 1);
  EXPECT_EQ(selvage("run --replay r.schedule ./program 1", "report", deadlock()), 3);
  expect_refused("same arguments");
  EXPECT_EQ(selvage("run --replay r.schedule ./plain", "report", deadlock()), 3);
  expect_refused("another program");
  write(dir_ / "r.schedule", read(dir_ / "r.schedule").substr(0, 100));
  EXPECT_EQ(selvage("run --replay r.schedule ./program", "report", deadlock()), 3);
  expect_refused("cut short");
}

TEST_F(Run, FilesThatCannotBeWrittenAreRefusedBeforeTheSearch) {
  EXPECT_EQ(selvage("run --json missing/r.json ./program"), 3);
  expect_refused("cannot write missing/r.json: No such file or directory");
  EXPECT_FALSE(fs::exists(dir_ / "dump")) << "the program was started";
  EXPECT_EQ(selvage("run --save-schedule lib ./program"), 3);
  expect_refused("cannot write lib: Is a directory");
}

TEST_F(Run, BadUsage) {
  for (const auto& [words, why] : std::vector<std::pair<std::string, std::string>>{
           {"", "subcommand"},
           {"run", "no program"},
           {"run --bogus ./program", "--bogus"},
           {"run --search dfs ./program", "'dfs' is none of exhaustive, graphs, stateful, enumerate, random"},
           {"run --model rc12 ./program", "memory model 'rc12' does not exist"},
           {"run --weaken program.cpp:3 ./program", "'program.cpp:3' is not of the form FILE:LINE=ORDER"},
           {"run --weaken program.cpp:3=weak ./program", "'weak' is none of the orders"},
           {"run --drop-lock program.cpp ./program", "'program.cpp' is not of the form FILE:LINE"},
           {"run --schedule 'v1 0' --races explore ./program", "excludes"},
           {"run --schedule 'v1 0' --replay r.schedule ./program", "excludes"},
           {"run --replay r.schedule --weaken program.cpp:3=relaxed ./program", "excludes"},
           {"orders", "no program"},
           {"orders --bogus ./program", "--bogus"},
           {"orders --json missing/r.json ./program", "cannot write missing/r.json"},
           {"orders ./plain", "not a -fsanitize=thread build"},
           {"run --symmetry ./program", "--symmetry takes --search graphs, not exhaustive"},
           {"run --symmetry --search stateful ./program", "--symmetry takes --search graphs, not stateful"},
           {"run --preemptions 1 --search graphs ./program",
            "--preemptions takes --search exhaustive or enumerate"},
           {"run --preemptions 1 --model rc11 ./program", "with --model sc, not graphs"},
           {"run --preemptions -1 ./program", "--preemptions"},
           {"run --executions x ./program", "--executions"},
           {"run --seed -3 ./program", "--seed"},
           {"run --time -1 ./program", "--time"},
           {"run --replay r.schedule --races stop ./program", "excludes"},
           {"run missing", "cannot run missing: No such file"},
           {"run lib", "it is a directory"},
           {"run ./plain", "not a -fsanitize=thread build"},
           {"run program.cpp", "not an ELF program"}}) {
    EXPECT_EQ(selvage(words), 3) << words;
    SCOPED_TRACE(words);
    expect_refused(why);
  }
}

TEST_F(Run, HelpTellsTheExitStatuses) {
  for (const char* words : {"--help", "run --help"}) {
    EXPECT_EQ(selvage(words), 0);
    for (const char* line : {"0  proved", "1  a violation", "2  a bound", "3  bad usage"})
      EXPECT_THAT(out_, HasSubstr(line));
  }
  EXPECT_EQ(selvage("--version"), 0);
  EXPECT_THAT(out_, testing::MatchesRegex("selvage [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_EQ(selvage("c++ --help"), 0);
  EXPECT_THAT(out_, StartsWith("Usage: selvage c++"));
}

TEST_F(Run, ChildrenThatLeaveNoResult) {
  EXPECT_EQ(selvage("run ./program", "crash"), 3);
  expect_refused("internal error: ./program was killed by signal 11");
  EXPECT_EQ(selvage("run ./program", "silent"), 3);
  expect_refused("internal error: ./program ended with status 5 in the middle");
  EXPECT_EQ(selvage("run ./program", "early-crash"), 3);
  expect_refused("signal 11 (Segmentation fault) and never reached main under Selvage's control");
  EXPECT_EQ(selvage("run ./program", "pass"), 3);
  expect_refused("ended with status 0 and never reached main under Selvage's control");
}

TEST_F(Run, DamagedResults) {
  write(dir_ / "record", "{\"verdict\":\"proved\"}");
  EXPECT_EQ(selvage_with_record_there("run ./program", "report"), 3);
  expect_refused("internal error: ./program left a damaged result");
}

TEST_F(Run, AProcessThatHoldsThePipeOpenIsNotWaitedFor) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(selvage("run ./program", "outlived"), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST_F(Run, AReaderThatGoesAwayChangesNothing) {
  write(dir_ / "record", report::to_json_text(deadlock()));
  std::string output;
  shell("cd " + dir_.path() +
            " && { FAKE=report FAKE_RECORD=record bin/selvage run ./program; echo $? >&2; } | true",
        &output);
  EXPECT_EQ(output, "1\n");
}

TEST_F(Run, AMissingPartOfTheInstallationIsNamed) {
  fs::rename(dir_ / "lib/selvage/libtsan.so.2", dir_ / "away");
  EXPECT_EQ(selvage("run ./program"), 3);
  fs::rename(dir_ / "away", dir_ / "lib/selvage/libtsan.so.2");
  expect_refused("lib/selvage/libtsan.so.2 is missing");
}

// Waits until the fake has started, then sends the signals to the command; what came sooner would be the same one.
class Interrupted : public Run {
 protected:
  int run_and_signal(const std::string& what, const std::vector<int>& signals) {
    fs::remove(dir_ / "started");
    write(dir_ / "record", report::to_json_text(report::RawResult{}));
    write(
        dir_ / "go.sh", "cd " + dir_.path() + "\nexport FAKE=" + what +
                            " FAKE_RECORD=record FAKE_STARTED=started\n"
                            "bin/selvage run ./program >out 2>err &\npid=$!\n"
                            "while [ ! -s started ] && kill -0 $pid 2>/dev/null; do sleep 0.01; done\n" +
                            [&] {
                              std::string kills;
                              for (const int number : signals)
                                kills += "kill -" + std::to_string(number) + " $pid\nsleep 0.7\n";
                              return kills;
                            }() +
                            "wait $pid\n");
    const int status = shell("sh " + (dir_ / "go.sh"));
    out_ = read(dir_ / "out");
    err_ = read(dir_ / "err");
    return status;
  }
};

TEST_F(Interrupted, OnceEndsTheSearchInOrder) {
  EXPECT_EQ(run_and_signal("until-stopped", {SIGTERM}), 2);
  EXPECT_THAT(out_, StartsWith("exhausted: "));
  EXPECT_EQ(run_and_signal("until-stopped", {SIGINT}), 2);
  EXPECT_THAT(out_, StartsWith("exhausted: "));
}

TEST_F(Interrupted, TwiceKillsTheChild) {
  EXPECT_EQ(run_and_signal("never-stops", {SIGTERM, SIGTERM}), 2);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, HasSubstr("nothing was saved"));
}

}  // namespace
}  // namespace selvage
