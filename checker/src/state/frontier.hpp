// Two levels of a breadth-first search: the states that are expanded, and those that their steps lead to.
// Earlier ones are forgotten. Forked processes may expand states and add others at the same time, without
// locks.
//
// Where no state comes up again on a later level, nothing else needs to be kept: see docs/stateful.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "state/blobs.hpp"
#include "state/graph.hpp"
#include "state/shared_memory.hpp"
#include "state/stream.hpp"

namespace selvage::state {

class Frontier {
 public:
  struct Node {
    Hash128 hash;
    std::uint64_t enabled;              ///< the threads that can move, a bit mask
    std::uint64_t at;                   ///< its pieces
    std::uint32_t count;                ///< of them
    std::atomic<std::uint32_t> origin;  ///< which earlier state it was reached from: of several the lowest
  };
  /// Adds a state to the next level, unless it is there. False where there was no room: the level must be
  /// done again.
  bool add(const Hash128& hash, std::span<const BlobId> pieces, std::uint64_t enabled, std::uint32_t origin);
  /// The level that is expanded.
  [[nodiscard]] std::uint32_t size() const { return common_ == nullptr ? 0 : common_->size; }
  [[nodiscard]] const Node& operator[](std::uint32_t index) const {
    return nodes_[common_->level & 1][index];
  }
  [[nodiscard]] std::span<const BlobId> pieces(const Node& node) const {
    return {pieces_[common_->level & 1].data() + node.at, node.count};
  }
  /// How many states the next level has so far.
  [[nodiscard]] std::uint32_t next_size() const { return common_->next_size.load(std::memory_order_relaxed); }
  /// Gives each state of the level that is expanded its own number as origin.
  void number_origins() const;
  /// Goes on to the next level, with room for so many states in the one after. While nobody adds any.
  void advance(std::uint64_t room);
  /// Forgets what was added to the next level, and makes room for so many.
  void again(std::uint64_t room);
  [[nodiscard]] std::uint64_t memory() const;
  void clear();
  /// Writes the level that is expanded. While nobody adds any.
  void save(Sink& to) const;
  /// Makes what save() wrote the next level. False where there is no room.
  bool load(Source& from);

 private:
  struct Common {
    std::uint32_t level;   ///< its lowest bit tells which of the two is expanded
    std::uint32_t size;    ///< of the one that is expanded
    std::uint32_t turn;    ///< what marks slots of the next level
    std::uint64_t slots;   ///< of the hash table, a power of two
    std::uint64_t pieces;  ///< given out on the level that is expanded
    // The others are only read while a level is expanded: these keep to a line of their own.
    alignas(64) std::atomic<std::uint32_t> next_size;
    std::atomic<std::uint64_t> next_pieces;  ///< given out, in blocks
  };
  /// The turn, and a number + 1 in the lower half; of another turn: free.
  using Slot = std::atomic<std::uint64_t>;
  void open();
  void begin_next(std::uint64_t room);
  bool is_known(std::uint32_t number, const Hash128& hash, std::uint32_t origin) const;
  Room<Common> common_room_;
  Common* common_ = nullptr;
  Room<Node> nodes_[2];
  Room<BlobId> pieces_[2];
  Room<Slot> table_;
  // What this process has left of the block of pieces that it took last, and what it added last.
  std::uint64_t next_piece_ = 0, end_piece_ = 0;
  std::uint32_t turn_ = 0;
  static constexpr int kRecent = 2;
  std::uint32_t recent_[kRecent] = {};
  int recent_count_ = 0;
};

}  // namespace selvage::state
