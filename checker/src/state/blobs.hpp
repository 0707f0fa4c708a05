// Pieces of states, each kept once and named by a number (hash consing; in model checking: COLLAPSE compression,
// Holzmann, State Compression in SPIN, SPIN Workshop 1997).
#pragma once

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace selvage::state {

using BlobId = std::uint32_t;

/// Equal bytes have equal numbers, different bytes different ones: the bytes are compared, not hashes.
class Blobs {
 public:
  BlobId intern(const void* bytes, std::size_t size);
  [[nodiscard]] const unsigned char* data(BlobId id) const { return blobs_[id].bytes; }
  [[nodiscard]] std::uint32_t size(BlobId id) const { return blobs_[id].size; }
  [[nodiscard]] bool equal(BlobId id, const void* bytes, std::size_t size) const {
    return blobs_[id].size == size && same(blobs_[id].bytes, static_cast<const unsigned char*>(bytes), size);
  }
  /// Bytes of memory taken.
  [[nodiscard]] std::uint64_t memory() const;
  void clear();

 private:
  static __m128i difference(const unsigned char* a, const unsigned char* b) {
    return _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a)),
                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(b)));
  }
  /// memcmp() is a hook in this library: it goes byte by byte, and stands for an access of the program.
  static bool same(const unsigned char* a, const unsigned char* b, std::size_t size) {
    std::size_t i = 0;
    for (; i + 64 <= size; i += 64) {
      const __m128i different = _mm_or_si128(_mm_or_si128(difference(a + i, b + i), difference(a + i + 16, b + i + 16)),
                                             _mm_or_si128(difference(a + i + 32, b + i + 32),
                                                          difference(a + i + 48, b + i + 48)));
      if (_mm_movemask_epi8(_mm_cmpeq_epi8(different, _mm_setzero_si128())) != 0xffff) return false;
    }
    for (; i + 8 <= size; i += 8) {
      std::uint64_t x, y;
      __builtin_memcpy(&x, a + i, 8);
      __builtin_memcpy(&y, b + i, 8);
      if (x != y) return false;
    }
    for (; i < size; ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }
  struct Blob {
    const unsigned char* bytes;
    std::uint32_t size;
    std::uint32_t hash;
  };
  void grow();
  unsigned char* room(std::size_t size);
  std::vector<Blob> blobs_;
  std::vector<BlobId> table_;  // open addressing; number + 1, 0: free
  std::vector<unsigned char*> pages_;
  std::size_t left_ = 0;
  unsigned char* next_ = nullptr;
  std::uint64_t page_bytes_ = 0;
};

}  // namespace selvage::state
