// Pieces of states, each kept once and named by a number (hash consing; in model checking: COLLAPSE
// compression, Holzmann, State Compression in SPIN, SPIN Workshop 1997).
//
// Forked processes may add pieces at the same time, without locks: a piece is written first, and is there for
// all once its number is in the hash table.
#pragma once

#include <emmintrin.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "state/shared_memory.hpp"
#include "state/stream.hpp"

namespace selvage::state {

using BlobId = std::uint32_t;

/// Are they the same? (memcmp() is a hook in this library: it goes byte by byte, and stands for an access of
/// the program.)
bool same_bytes(const unsigned char* a, const unsigned char* b, std::size_t size);
/// Where, from `from` on, they differ first, or a little before; `size`: nowhere.
std::size_t first_difference(const unsigned char* a, const unsigned char* b, std::size_t from,
                             std::size_t size);

/// Blocks of memory next to each other, and where each has to be the same.
struct Blocks {
  static constexpr std::size_t kBytes = 128;
  const unsigned char* first;            ///< the first block
  std::ptrdiff_t step;                   ///< from one to the next: kBytes or -kBytes
  const unsigned char* const* expected;  ///< of each, and of the rest
  std::size_t count;
  const unsigned char* rest;  ///< less than a block, at one of the ends
  std::size_t rest_size;
};
/// Which of them, from `from` on, is the first that differs; count: the rest does, count + 1: nothing does.
std::size_t first_changed(const Blocks& blocks, std::size_t from);

/// The same for a number of bytes that is known when this is compiled, a multiple of 32, without a call.
template <std::size_t kBytes>
[[gnu::always_inline]] inline bool same_block(const unsigned char* a, const unsigned char* b) {
  static_assert(kBytes % 32 == 0);
  __m128i even = _mm_setzero_si128(), odd = even;
  const auto load = [](const unsigned char* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  };
#pragma GCC unroll 8
  for (std::size_t i = 0; i < kBytes; i += 32) {
    even = _mm_or_si128(even, _mm_xor_si128(load(a + i), load(b + i)));
    odd = _mm_or_si128(odd, _mm_xor_si128(load(a + i + 16), load(b + i + 16)));
  }
  constexpr int kAllEqual = 0xffff;
  return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_or_si128(even, odd), _mm_setzero_si128())) == kAllEqual;
}

/// The same for numbers of pieces: where, from `from` on, the lists differ first; `count`: nowhere.
[[gnu::always_inline]] inline std::size_t first_different(const BlobId* a, const BlobId* b, std::size_t from,
                                                          std::size_t count) {
  const auto load = [](const BlobId* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); };
  std::size_t i = from;
  for (; i + 4 <= count; i += 4) {
    const int equal = _mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(load(a + i), load(b + i))));
    if (equal != 0xf) return i + static_cast<std::size_t>(__builtin_ctz(~static_cast<unsigned>(equal)));
  }
  while (i < count && a[i] == b[i]) ++i;
  return i;
}

/// Equal bytes have equal numbers, different bytes different ones: the bytes are compared, not hashes.
class Blobs {
 public:
  explicit Blobs(Sharing sharing) : sharing_(sharing) {}
  BlobId intern(const void* bytes, std::size_t size);
  /// The same for what `before` has become: what it became the last time is tried first, and no hash is
  /// needed.
  BlobId intern_after(BlobId before, const void* bytes, std::size_t size) {
    const BlobId guess = blob(before).next.load(std::memory_order_acquire);
    return equal(guess, bytes, size) ? guess : intern_other(before, bytes, size);
  }
  /// The same for blocks of that size.
  template <std::size_t kBytes>
  BlobId intern_block_after(BlobId before, const unsigned char* bytes) {
    const BlobId guess = blob(before).next.load(std::memory_order_acquire);
    if (size(guess) == kBytes && same_block<kBytes>(data(guess), bytes)) [[likely]]
      return guess;
    return intern_other(before, bytes, kBytes);
  }
  /// The same for short lists of numbers.
  BlobId intern_list_after(BlobId before, const BlobId* list, std::size_t count) {
    const BlobId guess = blob(before).next.load(std::memory_order_acquire);
    if (size(guess) == count * sizeof(BlobId)) [[likely]] {
      const auto* other = reinterpret_cast<const BlobId*>(data(guess));
      if (first_different(other, list, 0, count) == count) [[likely]]
        return guess;
    }
    return intern_other(before, list, count * sizeof(BlobId));
  }
  [[nodiscard]] const unsigned char* data(BlobId id) const {
    return bytes_.data() + id * kUnit + sizeof(Blob);
  }
  [[nodiscard]] std::uint32_t size(BlobId id) const { return blob(id).size; }
  [[nodiscard]] bool equal(BlobId id, const void* bytes, std::size_t length) const {
    return size(id) == length && same_bytes(data(id), static_cast<const unsigned char*>(bytes), length);
  }
  /// Fetches the beginning of a piece, or of a block the rest, into the caches.
  void prefetch(BlobId id) const { __builtin_prefetch(&blob(id)); }
  void prefetch_end(BlobId id) const {
    __builtin_prefetch(data(id) + 64);
    __builtin_prefetch(data(id) + Blocks::kBytes - 1);
  }
  /// A number that the owner has given to a piece, 0 until then.
  [[nodiscard]] std::uint32_t tag(BlobId id) const { return blob(id).tag; }
  void set_tag(BlobId id, std::uint32_t tag) { blob(id).tag = tag; }
  /// How many there are.
  [[nodiscard]] std::uint32_t count() const {
    return common_ == nullptr ? 0 : common_->count.load(std::memory_order_relaxed);
  }
  /// Bytes of memory taken.
  [[nodiscard]] std::uint64_t memory() const;
  void clear();

  /// From now on other processes add pieces, too (or not): the hash table cannot grow while they do.
  void set_concurrent(bool concurrent) { concurrent_ = concurrent; }
  /// In a process that was forked: what is left of blocks and pages is the other's.
  void forget_blocks() { left_ = 0; }
  /// Makes room in the hash table for that many more. While nobody else adds any.
  void make_room(std::size_t more);
  /// There was no room: pieces were added that are not in the hash table, and may be there twice.
  [[nodiscard]] bool overflowed() const { return common_ != nullptr && common_->overflowed.load() != 0; }
  /// Writes all pieces with their numbers. While nobody adds any.
  void save(state::Sink& to) const;
  /// Has those that save() wrote from now on, with their numbers. False where one that was here already is another
  /// there: then nothing here can be relied on any more.
  bool load(state::Source& from);

 private:
  /// What is in front of the bytes of a piece, so that one look finds both. Its number says where it is.
  struct Blob {
    std::uint32_t size;
    std::uint32_t hash;
    std::atomic<BlobId> next;  ///< what it became when it changed last, or itself
    std::uint32_t tag;
  };
  static constexpr std::size_t kUnit = 16;  ///< where a piece may begin
  static_assert(sizeof(Blob) == kUnit);
  [[nodiscard]] Blob& blob(BlobId id) const { return *reinterpret_cast<Blob*>(bytes_.data() + id * kUnit); }
  /// What the processes have in common.
  struct Common {
    std::atomic<std::uint32_t> count;
    std::atomic<std::uint64_t> bytes;  ///< of bytes_, in pages
    std::uint64_t slots;               ///< of the hash table in use, a power of two
    std::uint32_t table;               ///< which of the two is in use
    std::atomic<std::uint32_t> overflowed;
  };
  using Slot = std::atomic<BlobId>;  ///< number + 1, 0: free
  void open();
  void grow(std::uint64_t slots);
  BlobId intern_other(BlobId before, const void* bytes, std::size_t size);
  BlobId add(const void* bytes, std::size_t size, std::uint32_t hash);
  void take_back(BlobId id);
  static std::size_t in_units(std::size_t size);
  unsigned char* room(std::size_t size);

  Sharing sharing_;
  bool concurrent_ = false;
  Room<Common> common_room_;
  Common* common_ = nullptr;
  Room<unsigned char> bytes_;
  Room<Slot> tables_[2];  ///< open addressing
  // What this process has left of the last page that it took.
  unsigned char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace selvage::state
