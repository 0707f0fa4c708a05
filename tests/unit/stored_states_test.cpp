// What a checkpoint has of pieces and levels: another process has them with the same numbers, or says that it
// cannot.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "state/blobs.hpp"
#include "state/frontier.hpp"

namespace {

using selvage::state::BlobId;
using selvage::state::Blobs;
using selvage::state::Frontier;
using selvage::state::Sharing;

class Bytes final : public selvage::state::Sink, public selvage::state::Source {
 public:
  void write(const void* bytes, std::size_t size) override {
    const auto* from = static_cast<const unsigned char*>(bytes);
    all_.insert(all_.end(), from, from + size);
  }
  void read(void* bytes, std::size_t size) override {
    if (size > all_.size() - next_) throw std::runtime_error("no more");
    std::memcpy(bytes, all_.data() + next_, size);
    next_ += size;
  }
  void rewind() { next_ = 0; }

 private:
  std::vector<unsigned char> all_;
  std::size_t next_ = 0;
};

std::string text(int i) { return std::string(static_cast<std::size_t>(i % 150), 'x') + std::to_string(i); }

BlobId add(Blobs& blobs, const std::string& piece) { return blobs.intern(piece.data(), piece.size()); }

std::vector<BlobId> add_all(Blobs& blobs, int begin, int end) {
  std::vector<BlobId> ids;
  for (int i = begin; i < end; ++i) ids.push_back(add(blobs, text(i)));
  return ids;
}

TEST(StoredBlobs, HaveTheirNumbersWhereTheSameCameFirst) {
  Blobs saved(Sharing::shared), other(Sharing::shared);
  const std::vector<BlobId> first = add_all(saved, 0, 100);
  const std::vector<BlobId> later = add_all(saved, 100, 20000);
  Bytes file;
  saved.save(file);
  EXPECT_EQ(add_all(other, 0, 100), first);
  ASSERT_TRUE(other.load(file));
  EXPECT_EQ(other.count(), saved.count());
  EXPECT_EQ(add_all(other, 0, 100), first);
  EXPECT_EQ(add_all(other, 100, 20000), later);
  EXPECT_EQ(other.count(), saved.count());
  // New ones take no room that is taken.
  const std::vector<BlobId> more = add_all(other, 20000, 40000);
  EXPECT_EQ(add_all(other, 0, 100), first);
  EXPECT_EQ(add_all(other, 100, 20000), later);
  EXPECT_EQ(add_all(other, 20000, 40000), more);
}

TEST(StoredBlobs, AreRefusedWhereOthersCameFirst) {
  Blobs saved(Sharing::shared);
  add_all(saved, 0, 1000);
  for (int different = 0; different < 3; ++different) {
    Bytes file;
    saved.save(file);
    Blobs other(Sharing::shared);
    if (different == 0) add(other, "another");  // of another size, where text(0) is there
    if (different == 1) add(other, "1");        // of the same
    if (different == 2) {
      add_all(other, 0, 50);
      add(other, text(51));
    }
    EXPECT_FALSE(other.load(file)) << different;
  }
  Bytes file;
  saved.save(file);
  Blobs more(Sharing::shared);  // has gone further than what was saved
  add_all(more, 0, 200000);
  EXPECT_FALSE(more.load(file));
}

TEST(StoredLevel, IsTheSameAgain) {
  Frontier saved, other;
  saved.advance(20000);
  std::vector<BlobId> pieces;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    pieces.push_back(i * 7);
    if (pieces.size() > 40) pieces.clear();
    ASSERT_TRUE(saved.add({i * 977U, ~std::uint64_t{i}}, pieces, i | 1, i / 3));
  }
  saved.advance(1024);
  ASSERT_TRUE(saved.add({1, 1}, pieces, 1, 0));  // of the level after: not saved
  Bytes file;
  saved.save(file);
  other.advance(1024);
  ASSERT_TRUE(other.add({5, 5}, pieces, 1, 0));  // is forgotten
  ASSERT_TRUE(other.load(file));
  other.advance(1024);
  ASSERT_EQ(other.size(), saved.size());
  EXPECT_EQ(other.next_size(), 0U);
  for (std::uint32_t i = 0; i < saved.size(); ++i) {
    EXPECT_EQ(other[i].hash, saved[i].hash);
    EXPECT_EQ(other[i].enabled, saved[i].enabled);
    EXPECT_EQ(other[i].origin.load(), saved[i].origin.load());
    const auto a = saved.pieces(saved[i]), b = other.pieces(other[i]);
    ASSERT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  }
}

}  // namespace
