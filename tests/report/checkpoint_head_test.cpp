#include "checkpoint_head.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "files.hpp"
#include "record.hpp"

namespace selvage::report {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class Head : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/selvage-head-XXXXXX";
    dir_ = ::mkdtemp(name);
    file_ = (dir_ / "saved").string();
  }
  void TearDown() override { fs::remove_all(dir_); }
  std::string document(const CheckpointHead& head) {
    const std::string text = to_json_text(head), rest = "what the runtime saved";
    CheckpointPrefix prefix;
    prefix.head_size = text.size();
    prefix.head_hash = XXH3_64bits(text.data(), text.size());
    prefix.size = sizeof prefix + text.size() + rest.size();
    prefix.own_hash = hash_of_prefix(prefix);
    return std::string(reinterpret_cast<const char*>(&prefix), sizeof prefix) + text + rest;
  }
  void put(const std::string& bytes) { std::ofstream(file_, std::ios::binary) << bytes; }
  std::string complaint() {
    try {
      load_checkpoint_head(file_);
    } catch (const FileError& error) {
      return error.what();
    }
    return "none";
  }
  CheckpointHead head() {
    CheckpointHead head{{"/bin/\xff program", "", "a b"}, {"A=1", "B=\x80\n"}, {}};
    head.options.search = Search::stateful;
    head.options.races = Races::explore;
    head.options.visited = 7;
    return head;
  }
  fs::path dir_;
  std::string file_;
};

TEST_F(Head, ComesBack) {
  put(document(head()));
  const CheckpointHead back = load_checkpoint_head(file_);
  EXPECT_EQ(back.command, head().command);
  EXPECT_EQ(back.environment, head().environment);
  EXPECT_EQ(to_json_text(back.options), to_json_text(head().options));
}

TEST_F(Head, HasNotWhatMayBeOtherNextTime) {
  CheckpointHead other = head();
  other.options.workers = 3;
  other.options.seconds = 5;
  other.options.memory = 6;
  other.options.checkpoint = "c";
  other.options.checkpoint_seconds = 1;
  other.options.resume = "r";
  other.options.watchdog_seconds = 4;
  EXPECT_EQ(to_json_text(other), to_json_text(head()));
  other.options.max_events = 5;
  EXPECT_NE(to_json_text(other), to_json_text(head()));
}

TEST_F(Head, RefusesEveryChangedByteAndLength) {
  const std::string whole = document(head());
  const std::size_t known = sizeof(CheckpointPrefix) + to_json_text(head()).size();
  for (std::size_t at = 0; at < known; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    put(damaged);
    EXPECT_NE(complaint(), "none") << at;
  }
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    put(whole.substr(0, size));
    EXPECT_NE(complaint(), "none") << size;
  }
  put(whole + "x");
  EXPECT_THAT(complaint(), HasSubstr("cut short or damaged"));
}

TEST_F(Head, SaysWhatItIsGiven) {
  EXPECT_THAT(complaint(), HasSubstr("cannot read"));
  put("a text that is long enough to be looked at, and no checkpoint at all: it has no mark\n");
  EXPECT_THAT(complaint(), HasSubstr("is not a checkpoint; give --resume a file that --checkpoint wrote"));
  std::string other = document(head());
  other[8] = 9;
  put(other);
  EXPECT_THAT(complaint(), HasSubstr("another version of Selvage"));
}

}  // namespace
}  // namespace selvage::report
