// What forked processes share: pieces have one number for all, states are added once.
#include "state/frontier.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "state/blobs.hpp"

namespace {

using selvage::state::BlobId;
using selvage::state::Blobs;
using selvage::state::Frontier;
using selvage::state::Hash128;
using selvage::state::Room;
using selvage::state::Sharing;

/// Runs work(0), ..., work(count - 1), each in a process of its own.
void in_processes(int count, const std::function<void(int)>& work) {
  std::vector<pid_t> processes;
  for (int i = 0; i < count; ++i) {
    const pid_t process = fork();
    if (process == 0) {
      work(i);
      _exit(0);
    }
    processes.push_back(process);
  }
  for (const pid_t process : processes) {
    int status = 0;
    waitpid(process, &status, 0);
    EXPECT_EQ(status, 0);
  }
}

TEST(SharedBlobs, EqualPiecesHaveEqualNumbersInAllProcesses) {
  constexpr int kProcesses = 3, kPieces = 20000;
  Blobs blobs(Sharing::shared);
  const std::string early = "before they were forked";
  const BlobId early_id = blobs.intern(early.data(), early.size());
  Room<BlobId> ids;
  ids.reserve(std::size_t{kProcesses} * kPieces, Sharing::shared);
  blobs.make_room(std::size_t{kProcesses} * kPieces);
  in_processes(kProcesses, [&](int me) {
    blobs.set_concurrent(true);
    blobs.forget_blocks();
    for (int i = 0; i < kPieces; ++i) {
      const std::string piece = "piece " + std::to_string(i % 7919);
      ids[static_cast<std::size_t>(me * kPieces + i)] = blobs.intern(piece.data(), piece.size());
    }
    if (blobs.intern(early.data(), early.size()) != early_id) _exit(1);
  });
  EXPECT_FALSE(blobs.overflowed());
  std::map<BlobId, std::string> meaning{{early_id, early}};
  for (int me = 0; me < kProcesses; ++me) {
    for (int i = 0; i < kPieces; ++i) {
      const std::string piece = "piece " + std::to_string(i % 7919);
      const BlobId id = ids[static_cast<std::size_t>(me * kPieces + i)];
      ASSERT_EQ(meaning.try_emplace(id, piece).first->second, piece);
      ASSERT_EQ(std::string(reinterpret_cast<const char*>(blobs.data(id)), blobs.size(id)), piece);
    }
  }
  EXPECT_EQ(meaning.size(), 7920U);
}

TEST(SharedBlobs, AFullTableIsNoticed) {
  Blobs blobs(Sharing::shared);
  blobs.intern("x", 1);
  blobs.set_concurrent(true);
  for (int i = 0; i < 5000 && !blobs.overflowed(); ++i) {
    const std::string piece = std::to_string(i);
    const BlobId id = blobs.intern(piece.data(), piece.size());
    ASSERT_EQ(std::string(reinterpret_cast<const char*>(blobs.data(id)), blobs.size(id)), piece);
  }
  EXPECT_TRUE(blobs.overflowed());
}

Hash128 hash_of(std::uint64_t state) { return {state * 0x9e3779b97f4a7c15U, ~state}; }

TEST(Frontier, StatesAreAddedOnceWhoeverAddsThem) {
  constexpr std::uint64_t kStates = 5000;
  Frontier frontier;
  frontier.advance(2 * kStates);
  in_processes(3, [&](int me) {
    for (std::uint64_t i = 0; i < kStates; ++i) {
      const std::uint64_t state = (i * 7 + static_cast<std::uint64_t>(me) * 1000) % kStates;
      const BlobId pieces[] = {static_cast<BlobId>(state), static_cast<BlobId>(state + 1)};
      if (!frontier.add(hash_of(state), pieces, state & 7, static_cast<std::uint32_t>(me + 1))) _exit(1);
    }
  });
  EXPECT_EQ(frontier.next_size(), kStates);
  frontier.advance(16);
  EXPECT_EQ(frontier.size(), kStates);
  EXPECT_EQ(frontier.next_size(), 0U);
  std::vector<bool> seen(kStates);
  for (std::uint32_t i = 0; i < frontier.size(); ++i) {
    const auto& node = frontier[i];
    const auto pieces = frontier.pieces(node);
    ASSERT_EQ(pieces.size(), 2U);
    ASSERT_EQ(node.hash, hash_of(pieces[0]));
    ASSERT_EQ(pieces[1], pieces[0] + 1);
    ASSERT_EQ(node.enabled, pieces[0] & 7);
    ASSERT_EQ(node.origin.load(), 1U) << "the lowest";
    ASSERT_FALSE(seen[pieces[0]]);
    seen[pieces[0]] = true;
  }
}

TEST(Frontier, ALevelThatHasNoRoomIsDoneAgain) {
  Frontier frontier;
  frontier.advance(16);
  std::uint32_t added = 0;
  const BlobId piece = 1;
  while (added < 100000 && frontier.add(hash_of(added), {&piece, 1}, 1, 0)) ++added;
  ASSERT_LT(added, 100000U);
  frontier.again(100000);
  EXPECT_EQ(frontier.next_size(), 0U);
  for (std::uint32_t i = 0; i < 100000; ++i) ASSERT_TRUE(frontier.add(hash_of(i), {&piece, 1}, 1, 0));
  EXPECT_EQ(frontier.next_size(), 100000U);
}

TEST(Frontier, TheNextLevelKnowsNothingOfTheLast) {
  Frontier frontier;
  const BlobId piece = 1;
  for (int level = 0; level < 5; ++level) {
    frontier.advance(16);
    EXPECT_EQ(frontier.size(), level == 0 ? 0U : 1U);
    EXPECT_TRUE(frontier.add(hash_of(1), {&piece, 1}, 1, 0));
    EXPECT_TRUE(frontier.add(hash_of(1), {&piece, 1}, 1, 0));
    EXPECT_EQ(frontier.next_size(), 1U);
  }
}

}  // namespace
