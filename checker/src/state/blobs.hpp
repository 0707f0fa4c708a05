// Pieces of states, each kept once and named by a number (hash consing; in model checking: COLLAPSE
// compression, Holzmann, State Compression in SPIN, SPIN Workshop 1997).
//
// Forked processes may add pieces at the same time, without locks: a piece is written first, and is there for
// all once its number is in the hash table.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "state/shared_memory.hpp"

namespace selvage::state {

using BlobId = std::uint32_t;

/// Are they the same? (memcmp() is a hook in this library: it goes byte by byte, and stands for an access of
/// the program.)
bool same_bytes(const unsigned char* a, const unsigned char* b, std::size_t size);
/// Where, from `from` on, they differ first, or a little before; `size`: nowhere.
std::size_t first_difference(const unsigned char* a, const unsigned char* b, std::size_t from,
                             std::size_t size);

/// Equal bytes have equal numbers, different bytes different ones: the bytes are compared, not hashes.
class Blobs {
 public:
  explicit Blobs(Sharing sharing) : sharing_(sharing) {}
  BlobId intern(const void* bytes, std::size_t size);
  /// The same for what `before` has become: what it became the last time is tried first, and no hash is
  /// needed.
  BlobId intern_after(BlobId before, const void* bytes, std::size_t size) {
    const BlobId guess = blobs_[before].next.load(std::memory_order_acquire);
    if (equal(guess, bytes, size)) return guess;
    const BlobId id = intern(bytes, size);
    blobs_[before].next.store(id, std::memory_order_release);
    return id;
  }
  [[nodiscard]] const unsigned char* data(BlobId id) const { return blobs_[id].bytes; }
  [[nodiscard]] std::uint32_t size(BlobId id) const { return blobs_[id].size; }
  [[nodiscard]] bool equal(BlobId id, const void* bytes, std::size_t size) const {
    return blobs_[id].size == size &&
           same_bytes(blobs_[id].bytes, static_cast<const unsigned char*>(bytes), size);
  }
  /// Numbers given out are below this.
  [[nodiscard]] std::uint32_t end() const {
    return common_ == nullptr ? 0 : common_->ids.load(std::memory_order_relaxed);
  }
  /// Bytes of memory taken.
  [[nodiscard]] std::uint64_t memory() const;
  void clear();

  /// From now on other processes add pieces, too (or not): the hash table cannot grow while they do.
  void set_concurrent(bool concurrent) { concurrent_ = concurrent; }
  /// In a process that was forked: what is left of blocks and pages is the other's.
  void forget_blocks() {
    next_id_ = end_id_ = 0;
    left_ = 0;
  }
  /// Makes room in the hash table for that many more. While nobody else adds any.
  void make_room(std::size_t more);
  /// There was no room: pieces were added that are not in the hash table, and may be there twice.
  [[nodiscard]] bool overflowed() const { return common_ != nullptr && common_->overflowed.load() != 0; }

 private:
  struct Blob {
    const unsigned char* bytes;
    std::uint32_t size;
    std::uint32_t hash;
    std::atomic<BlobId> next;  ///< what it became when it changed last, or itself
  };
  /// What the processes have in common.
  struct Common {
    std::atomic<std::uint32_t> ids;    ///< numbers given out, in blocks
    std::atomic<std::uint64_t> bytes;  ///< of bytes_, in pages
    std::uint64_t slots;               ///< of the hash table in use, a power of two
    std::uint32_t table;               ///< which of the two is in use
    std::atomic<std::uint32_t> overflowed;
  };
  using Slot = std::atomic<BlobId>;  ///< number + 1, 0: free
  void open();
  void grow(std::uint64_t slots);
  BlobId add(const void* bytes, std::size_t size, std::uint32_t hash);
  void take_back(BlobId id);
  unsigned char* room(std::size_t size);

  Sharing sharing_;
  bool concurrent_ = false;
  Room<Common> common_room_;
  Common* common_ = nullptr;
  Room<Blob> blobs_;
  Room<unsigned char> bytes_;
  Room<Slot> tables_[2];  ///< open addressing
  // What this process has left of the last block of numbers and of the last page that it took.
  BlobId next_id_ = 0, end_id_ = 0;
  unsigned char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace selvage::state
