// The heap of the program under test.
//
// One arena a thread, filled upwards: an address depends only on who allocates and how much that thread
// allocated before. Nothing is used again within an execution, so every access to a freed block is seen.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "race/vector_clock.hpp"

namespace selvage::machine {

struct BlockHeader {
  enum State : std::uint32_t { kLive = 0x4c495645, kFreed = 0x46524545, kFiller = 0x46494c4c };
  std::uint64_t size;  ///< bytes the program asked for
  std::uint32_t state;
  std::uint32_t sequence;  ///< the thread's how-manieth allocation this is; bit 31: marked as reachable
};
static_assert(sizeof(BlockHeader) == 16);

class Arena {
 public:
  static constexpr std::uint64_t kBytesPerThread = 4ULL << 30;
  /// All addresses in it are the same but for these bits.
  static constexpr int kAddressBits = 38;
  static_assert(kBytesPerThread * race::kMaxThreads == 1ULL << kAddressBits);
  void reserve();
  void new_execution();
  /// Zero-filled memory, or null where the thread's share is used up.
  void* allocate(int thread, std::size_t size, std::size_t alignment = 16);
  [[nodiscard]] bool contains(const void* p) const {
    return reinterpret_cast<std::uint64_t>(p) - base_ < kBytesPerThread * race::kMaxThreads;
  }
  [[nodiscard]] int owner(const void* p) const {
    return static_cast<int>((reinterpret_cast<std::uint64_t>(p) - base_) / kBytesPerThread);
  }
  static BlockHeader* header(void* p) { return static_cast<BlockHeader*>(p) - 1; }
  /// Is p the start of a block that this execution allocated (live or freed)?
  [[nodiscard]] bool is_block(void* p) const;
  /// The block that holds `address`, searching from the arena's start; null where there is none.
  [[nodiscard]] BlockHeader* block_around(std::uint64_t address) const;
  void note_free(BlockHeader* block) {
    block->state = BlockHeader::kFreed;
    --live_;
  }
  [[nodiscard]] std::uint64_t live() const { return live_; }
  [[nodiscard]] std::uint64_t begin(int thread) const {
    return base_ + static_cast<std::uint64_t>(thread) * kBytesPerThread;
  }
  [[nodiscard]] std::uint64_t end(int thread) const { return next_[thread]; }
  [[nodiscard]] const std::uint64_t* end_of(int thread) const { return &next_[thread]; }
  template <typename F>
  void for_each_block(F&& visit) const {
    for (int t = 0; t < race::kMaxThreads; ++t) {
      for (std::uint64_t at = begin(t); at < next_[t];) {
        auto* block = reinterpret_cast<BlockHeader*>(at);
        visit(block);
        at += sizeof(BlockHeader) + round_up(block->size);
      }
    }
  }
  /// Whose arenas are in use, a bit mask.
  [[nodiscard]] std::uint64_t used_threads() const { return used_threads_; }
  /// What belongs to a state of the program but the bytes themselves, for writing and reading.
  template <typename Archive>
  void state(Archive& archive) {
    const std::uint64_t before = used_threads_;
    archive(used_threads_)(live_);
    for (std::uint64_t rest = before | used_threads_; rest != 0; rest &= rest - 1) {
      const int t = std::countr_zero(rest);
      if (next_[t] > dirty_[t]) dirty_[t] = next_[t];
      if ((used_threads_ >> t & 1) != 0) {
        archive(next_[t])(sequence_[t]);
      } else {
        next_[t] = begin(t);
        sequence_[t] = 0;
      }
    }
  }
  /// The same as it lies in memory, of the threads below `limit`: visit(address, bytes), in multiples of 8.
  template <typename Visit>
  void each_part(int limit, Visit visit) const {
    const auto threads = static_cast<std::uint64_t>(limit);
    visit(&live_, sizeof live_);
    visit(&used_threads_, sizeof used_threads_);
    visit(next_, threads * sizeof next_[0]);
    visit(sequence_, (threads + 1) / 2 * 2 * sizeof sequence_[0]);
  }
  /// Before and after what each_part() tells is overwritten.
  void note_dirty() {
    for (std::uint64_t rest = used_threads_; rest != 0; rest &= rest - 1) {
      const int t = std::countr_zero(rest);
      if (next_[t] > dirty_[t]) dirty_[t] = next_[t];
    }
  }
  static std::uint64_t round_up(std::uint64_t size) { return size == 0 ? 16 : (size + 15) & ~15ULL; }

 private:
  std::uint64_t base_ = 0;
  std::uint64_t live_ = 0;
  std::uint64_t used_threads_ = 0;            // bit mask: whose arena is not empty
  std::uint64_t next_[race::kMaxThreads]{};   // first free byte
  std::uint64_t dirty_[race::kMaxThreads]{};  // bytes from here on were never written
  alignas(8) std::uint32_t sequence_[race::kMaxThreads]{};
};

}  // namespace selvage::machine
