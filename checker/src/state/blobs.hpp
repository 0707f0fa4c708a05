// Pieces of states, each kept once and named by a number (hash consing; in model checking: COLLAPSE compression,
// Holzmann, State Compression in SPIN, SPIN Workshop 1997).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace selvage::state {

using BlobId = std::uint32_t;

/// Are they the same? (memcmp() is a hook in this library: it goes byte by byte, and stands for an access of the program.)
bool same_bytes(const unsigned char* a, const unsigned char* b, std::size_t size);
/// Where, from `from` on, they differ first, or a little before; `size`: nowhere.
std::size_t first_difference(const unsigned char* a, const unsigned char* b, std::size_t from, std::size_t size);

/// Equal bytes have equal numbers, different bytes different ones: the bytes are compared, not hashes.
class Blobs {
 public:
  BlobId intern(const void* bytes, std::size_t size);
  /// The same for what `before` has become: what it became the last time is tried first, and no hash is needed.
  BlobId intern_after(BlobId before, const void* bytes, std::size_t size) {
    const BlobId guess = blobs_[before].next;
    if (equal(guess, bytes, size)) return guess;
    const BlobId id = intern(bytes, size);
    blobs_[before].next = id;
    return id;
  }
  [[nodiscard]] const unsigned char* data(BlobId id) const { return blobs_[id].bytes; }
  [[nodiscard]] std::uint32_t size(BlobId id) const { return blobs_[id].size; }
  [[nodiscard]] bool equal(BlobId id, const void* bytes, std::size_t size) const {
    return blobs_[id].size == size && same_bytes(blobs_[id].bytes, static_cast<const unsigned char*>(bytes), size);
  }
  /// Bytes of memory taken.
  [[nodiscard]] std::uint64_t memory() const;
  void clear();

 private:
  struct Blob {
    const unsigned char* bytes;
    std::uint32_t size;
    std::uint32_t hash;
    BlobId next;  ///< what it became when it changed last, or itself
  };
  void grow();
  unsigned char* room(std::size_t size);
  std::vector<Blob> blobs_;
  std::vector<BlobId> table_;  // open addressing; number + 1, 0: free
  std::vector<std::unique_ptr<unsigned char[]>> pages_;
  std::size_t left_ = 0;
  unsigned char* next_ = nullptr;
  std::uint64_t page_bytes_ = 0;
};

}  // namespace selvage::state
