// The wire format: what is written can be read back, and nothing else can.
#include "record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "bytes.hpp"
#include "names.hpp"

namespace selvage::report {
namespace {

std::string every_byte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

RawResult full_result() {
  RawEvent event;
  event.thread = 2;
  event.kind = EventKind::atomic_cas;
  event.address = std::numeric_limits<std::uint64_t>::max();
  event.size = 8;
  event.order = 4;
  event.has_read = event.has_write = true;
  event.read = 1;
  event.written = 0x8000000000000000;
  event.reads_from = 7;
  event.second = 5;
  event.result = -16;
  event.note = "spurious";
  event.stack = {0x401000, 0x7fffffffffff};
  event.frames = {0, 0x7ffe00001000};
  RawViolation violation;
  violation.kind = Verdict::use_after_free;
  violation.message = every_byte();
  violation.threads = {0, 3};
  violation.stack = {1, 2};
  violation.schedule = "v1 stop 0*3";
  violation.preemptions = 4;
  violation.trace = {event};
  violation.accesses = {{1, true, true, 0x1000, 4, 0, {0x2000}}};
  violation.regions = {{RawRegion::Kind::tls, 0x1000, 0x2000, 1, {9}}};
  violation.output = every_byte();
  RawResult result;
  result.verdict = Verdict::deadlock;
  result.message = "why";
  result.complete = true;
  result.executions = 1;
  result.blocked = 2;
  result.bounded = 4;
  result.events = std::numeric_limits<std::uint64_t>::max();
  result.seconds = 0.1;
  result.covered = 0.25;
  result.symmetry = {"T1 T2"};
  result.outcomes = {{every_byte(), 3, "v1"}};
  result.violations = {violation};
  result.modules = {{"/a b/\xff", 1, 2, 3}};
  result.sites = {{EventKind::atomic_cas, 5, 2, {7, 8}}};
  result.weaken = {"a.cpp:1=relaxed"};
  result.drop_lock = {"b.cpp:2"};
  result.caveat = "but";
  result.units = 7;
  result.whole_units = 6;
  result.refused = "no";
  return result;
}

TEST(Record, ResultsSurviveTheTrip) {
  const std::string text = to_json_text(full_result());
  const RawResult back = raw_result_from_json(text);
  EXPECT_EQ(to_json_text(back), text);
  ASSERT_EQ(back.violations.size(), 1U);
  const RawViolation& violation = back.violations[0];
  EXPECT_EQ(violation.output, every_byte());
  EXPECT_EQ(violation.message, every_byte());
  EXPECT_EQ(violation.kind, Verdict::use_after_free);
  ASSERT_EQ(violation.trace.size(), 1U);
  const RawEvent& event = violation.trace[0];
  EXPECT_EQ(event.kind, EventKind::atomic_cas);
  EXPECT_EQ(event.address, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(event.written, 0x8000000000000000);
  EXPECT_EQ(event.result, -16);
  EXPECT_EQ(event.frames, (std::vector<std::uint64_t>{0, 0x7ffe00001000}));
  EXPECT_EQ(violation.accesses[0].holding, std::vector<std::uint64_t>{0x2000});
  EXPECT_EQ(violation.regions[0].kind, RawRegion::Kind::tls);
  EXPECT_EQ(back.outcomes[0].value, every_byte());
  EXPECT_EQ(back.modules[0].path, "/a b/\xff");
  EXPECT_EQ(back.seconds, 0.1);
  EXPECT_EQ(back.covered, 0.25);
  EXPECT_EQ(back.symmetry, std::vector<std::string>{"T1 T2"});
}

TEST(Record, ItIsOneLine) {
  const std::string text = to_json_text(full_result());
  EXPECT_EQ(text.find('\n'), text.size() - 1);
}

TEST(Record, OptionsSurviveTheTrip) {
  Options options;
  options.search = Search::random;
  options.races = Races::explore;
  options.seed = std::numeric_limits<std::uint64_t>::max();
  options.seconds = 1.5;
  options.keep_going = true;
  options.report_leaks = false;
  options.max_timeouts = 9;
  options.crash_children = true;
  options.memory = 77;
  options.symmetry = true;
  options.preemptions = 3;
  options.checkpoint = "/tmp/here";
  options.checkpoint_seconds = 0.5;
  options.resume = "/tmp/there";
  options.weaken = {"a.cpp:1=relaxed", "b.cpp:2=acquire"};
  options.drop_lock = {"c.cpp:3"};
  options.list_sites = true;
  options.program = "./caf\xc3\xa9 \x80";
  options.replay_schedule = "v1 stop";
  const std::string text = to_json_text(options);
  const Options back = options_from_json(text);
  EXPECT_EQ(to_json_text(back), text);
  EXPECT_EQ(back.search, Search::random);
  EXPECT_EQ(back.races, Races::explore);
  EXPECT_EQ(back.seed, options.seed);
  EXPECT_EQ(back.memory, options.memory);
  EXPECT_EQ(back.checkpoint, options.checkpoint);
  EXPECT_EQ(back.checkpoint_seconds, options.checkpoint_seconds);
  EXPECT_EQ(back.resume, options.resume);
  EXPECT_EQ(back.program, options.program);
  EXPECT_EQ(back.weaken, options.weaken);
  EXPECT_EQ(back.drop_lock, options.drop_lock);
  EXPECT_TRUE(back.list_sites);
  EXPECT_FALSE(back.report_leaks);
}

TEST(Record, EveryTruncationIsRefused) {
  const std::string text = to_json_text(full_result());
  for (std::size_t length = 0; length + 1 < text.size(); ++length) {
    EXPECT_THROW(raw_result_from_json(text.substr(0, length)), std::runtime_error) << length;
  }
}

TEST(Record, EveryMissingFieldIsRefused) {
  const auto document = nlohmann::json::parse(to_json_text(full_result()));
  for (const auto& [key, value] : document.items()) {
    auto damaged = document;
    damaged.erase(key);
    EXPECT_THROW(raw_result_from_json(damaged.dump()), std::runtime_error) << key;
    damaged[key] = nullptr;
    EXPECT_THROW(raw_result_from_json(damaged.dump()), std::runtime_error) << key << " null";
  }
  const auto options = nlohmann::json::parse(to_json_text(Options{}));
  for (const auto& [key, value] : options.items()) {
    auto damaged = options;
    damaged.erase(key);
    EXPECT_THROW(options_from_json(damaged.dump()), std::runtime_error) << key;
  }
}

TEST(Record, NumbersThatDoNotFitAreRefused) {
  const auto good = nlohmann::json::parse(to_json_text(full_result()));
  const auto refused = [](const nlohmann::json& document) {
    EXPECT_THROW(raw_result_from_json(document.dump()), std::runtime_error);
  };
  auto bad = good;
  bad["executions"] = -1;
  refused(bad);
  bad = good;
  bad["executions"] = 1.5;
  refused(bad);
  bad = good;
  bad["violations"][0]["trace"][0][1] = 200;
  refused(bad);
  bad = good;
  bad["violations"][0]["trace"][0][0] = 3'000'000'000;
  refused(bad);
  bad = good;
  bad["violations"][0]["accesses"][0][5] = 1;  // an event beyond the trace
  refused(bad);
  bad = good;
  bad["verdict"] = "fine";
  refused(bad);
  bad = good;
  bad["message"] = "\xe2\x82\xac";  // no byte has this code point
  refused(bad);
  EXPECT_NO_THROW(raw_result_from_json(good.dump()));
}

TEST(Record, NanIsNotWritten) {
  RawResult result;
  result.seconds = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(raw_result_from_json(to_json_text(result)).seconds, 0);
}

TEST(Names, VerdictsThereAndBack) {
  for (int i = 0; i <= static_cast<int>(Verdict::exhausted); ++i) {
    const auto verdict = static_cast<Verdict>(i);
    EXPECT_EQ(verdict_from_string(to_string(verdict)), verdict);
  }
  EXPECT_EQ(to_string(Verdict::use_after_free), "use-after-free");
  EXPECT_THROW(verdict_from_string("use_after_free"), std::invalid_argument);
  EXPECT_THROW(verdict_from_string(""), std::invalid_argument);
  EXPECT_EQ(testing::PrintToString(Verdict::data_race), "data-race");
}

TEST(Names, SearchesAndRacesThereAndBack) {
  for (const auto search : {Search::exhaustive, Search::stateful, Search::enumerate, Search::random,
                            Search::replay, Search::directed}) {
    EXPECT_EQ(search_from_string(to_string(search)), search);
  }
  for (const auto races : {Races::stop, Races::explore, Races::ignore}) {
    EXPECT_EQ(races_from_string(to_string(races)), races);
  }
  EXPECT_THROW(search_from_string("dfs"), std::invalid_argument);
  EXPECT_THROW(races_from_string(""), std::invalid_argument);
}

TEST(Bytes, ValidUtf8IsKeptAndTheRestEscaped) {
  EXPECT_EQ(to_valid_utf8("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa7\xb5"),
            "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa7\xb5");
  EXPECT_EQ(to_valid_utf8("\xff\xc3(\xc0\xaf"), "\\xff\\xc3(\\xc0\\xaf");
  EXPECT_EQ(to_valid_utf8("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(to_valid_utf8("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond U+10FFFF";
  EXPECT_EQ(to_valid_utf8("\xe2\x82"), "\\xe2\\x82") << "cut short";
}

TEST(Bytes, NothingPrintedObeysATerminal) {
  EXPECT_EQ(to_printable("a\x1b[31mb\r\n\tc", false), "a\\x1b[31mb\\x0d\n\tc");
  EXPECT_EQ(to_printable("a\nb\tc", true), "a\\nb\\tc");
  EXPECT_EQ(to_printable("\xc2\x9b", true), "\\xc2\\x9b") << "the one-character form of ESC [";
}

TEST(Bytes, WidthAndTruncation) {
  EXPECT_EQ(width("caf\xc3\xa9"), 4U);
  EXPECT_EQ(truncate("caf\xc3\xa9", 4), "caf\xc3\xa9");
  EXPECT_EQ(truncate("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 4), "\xc3\xa9...");
  EXPECT_EQ(truncate("abcdef", 2), "..");
}

}  // namespace
}  // namespace selvage::report
