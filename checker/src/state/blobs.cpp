#include "state/blobs.hpp"

#define XXH_INLINE_ALL
#include <immintrin.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace selvage::state {

namespace {

constexpr std::size_t kPage = 1 << 18;

std::size_t by_words(const unsigned char* a, const unsigned char* b, std::size_t from, std::size_t size) {
  std::size_t i = from;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t x, y;
    __builtin_memcpy(&x, a + i, 8);
    __builtin_memcpy(&y, b + i, 8);
    if (x != y) return i;
  }
  for (; i < size; ++i) {
    if (a[i] != b[i]) return i;
  }
  return size;
}

/// The bits in which 32 bytes differ.
__attribute__((target("avx2"))) inline __m256i difference(const unsigned char* a, const unsigned char* b) {
  return _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(a)),
                          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)));
}

__attribute__((target("avx2"))) std::size_t by_avx2(const unsigned char* a, const unsigned char* b,
                                                    std::size_t from, std::size_t size) {
  std::size_t i = from;
  for (; i + 128 <= size; i += 128) {
    const __m256i first = _mm256_or_si256(difference(a + i, b + i), difference(a + i + 32, b + i + 32));
    const __m256i second =
        _mm256_or_si256(difference(a + i + 64, b + i + 64), difference(a + i + 96, b + i + 96));
    const __m256i different = _mm256_or_si256(first, second);
    if (_mm256_testz_si256(different, different) == 0) return i;
  }
  for (; i + 32 <= size; i += 32) {
    const __m256i different = difference(a + i, b + i);
    if (_mm256_testz_si256(different, different) == 0) return i;
  }
  if (i < size && size >= from + 32) {  // the last 32 bytes, some of which are known to be equal
    const __m256i different = difference(a + size - 32, b + size - 32);
    return _mm256_testz_si256(different, different) == 0 ? i : size;
  }
  return by_words(a, b, i, size);
}

std::size_t first_changed_by_words(const Blocks& blocks, std::size_t from) {
  std::size_t i = from;
  while (i < blocks.count && by_words(blocks.first + static_cast<std::ptrdiff_t>(i) * blocks.step,
                                      blocks.expected[i], 0, Blocks::kBytes) == Blocks::kBytes) {
    ++i;
  }
  if (i < blocks.count) return i;
  if (blocks.rest_size == 0) return i + 1;
  const bool same = by_words(blocks.rest, blocks.expected[i], 0, blocks.rest_size) == blocks.rest_size;
  return i + (same ? 1 : 0);
}

__attribute__((target("avx2"))) std::size_t first_changed_by_avx2(const Blocks& blocks, std::size_t from) {
  static_assert(Blocks::kBytes == 4 * sizeof(__m256i));
  const unsigned char* memory = blocks.first + static_cast<std::ptrdiff_t>(from) * blocks.step;
  const unsigned char* const* expected = blocks.expected;
  const std::size_t count = blocks.count;
  const std::ptrdiff_t step = blocks.step;
  for (std::size_t i = from; i < count; ++i, memory += step) {
    const unsigned char* other = expected[i];
    const __m256i first = _mm256_or_si256(difference(memory, other), difference(memory + 32, other + 32));
    const __m256i second =
        _mm256_or_si256(difference(memory + 64, other + 64), difference(memory + 96, other + 96));
    const __m256i different = _mm256_or_si256(first, second);
    if (_mm256_testz_si256(different, different) == 0) return i;
  }
  const std::size_t size = blocks.rest_size;
  if (size == 0) return count + 1;
  const unsigned char* rest = blocks.rest;
  const unsigned char* other = expected[count];
  if (size < sizeof(__m256i)) return count + (by_words(rest, other, 0, size) == size ? 1 : 0);
  __m256i different = difference(rest + size - sizeof(__m256i), other + size - sizeof(__m256i));
  for (std::size_t i = 0; i + sizeof(__m256i) < size; i += sizeof(__m256i)) {
    different = _mm256_or_si256(different, difference(rest + i, other + i));
  }
  return count + (_mm256_testz_si256(different, different) != 0 ? 1 : 0);
}

}  // namespace

std::size_t first_changed(const Blocks& blocks, std::size_t from) {
  static auto* const quickest =
      __builtin_cpu_supports("avx2") != 0 ? &first_changed_by_avx2 : &first_changed_by_words;
  return quickest(blocks, from);
}

std::size_t first_difference(const unsigned char* a, const unsigned char* b, std::size_t from,
                             std::size_t size) {
  static auto* const quickest = __builtin_cpu_supports("avx2") != 0 ? &by_avx2 : &by_words;
  return quickest(a, b, from, size);
}

bool same_bytes(const unsigned char* a, const unsigned char* b, std::size_t size) {
  return first_difference(a, b, 0, size) == size;
}

void Blobs::open() {
  // The last numbers are no pieces': others use them for what is none.
  constexpr std::size_t kMostBlobs = std::size_t{1} << 31, kMostBytes = kUnit * (~BlobId{0} - 15),
                        kFirstSlots = 1024;
  common_room_.reserve(1, sharing_);
  common_ = common_room_.data();
  bytes_.reserve(kMostBytes, sharing_);
  for (auto& table : tables_) table.reserve(2 * kMostBlobs, sharing_);
  common_->slots = kFirstSlots;
}

BlobId Blobs::intern(const void* bytes, std::size_t size) {
  if (common_ == nullptr) [[unlikely]]
    open();
  if (!concurrent_) {
    if ((std::uint64_t{count()} + 1) * 2 > common_->slots) grow(common_->slots * 2);
  }
  const auto hash = static_cast<std::uint32_t>(XXH3_64bits(bytes, size));
  const std::uint64_t mask = common_->slots - 1;
  Slot* table = tables_[common_->table].data();
  constexpr BlobId kNone = ~BlobId{0};
  BlobId mine = kNone;
  constexpr int kFar = 4096;  // never so far, unless the table is all but full
  int tries = 0;
  for (std::uint64_t at = hash & mask;; at = (at + 1) & mask) {
    BlobId known = table[at].load(std::memory_order_acquire);
    if (known == 0) {
      if (mine == kNone) mine = add(bytes, size, hash);
      if (table[at].compare_exchange_strong(known, mine + 1, std::memory_order_acq_rel)) return mine;
    }
    // Another process may have been quicker.
    if (blob(known - 1).hash == hash && equal(known - 1, bytes, size)) {
      if (mine != kNone) take_back(mine);
      return known - 1;
    }
    if (concurrent_ && ++tries > kFar) {
      common_->overflowed.store(1);
      return mine == kNone ? add(bytes, size, hash) : mine;
    }
  }
}

/// What `before` has become has not been guessed: it will be next time.
BlobId Blobs::intern_other(BlobId before, const void* bytes, std::size_t size) {
  const BlobId id = intern(bytes, size);
  blob(before).next.store(id, std::memory_order_release);
  return id;
}

BlobId Blobs::add(const void* bytes, std::size_t size, std::uint32_t hash) {
  unsigned char* at = room(sizeof(Blob) + size);
  std::memcpy(at + sizeof(Blob), bytes, size);
  const auto id = static_cast<BlobId>(static_cast<std::size_t>(at - bytes_.data()) / kUnit);
  Blob& added = blob(id);
  added.size = static_cast<std::uint32_t>(size);
  added.hash = hash;
  added.next.store(id, std::memory_order_relaxed);
  added.tag = 0;
  common_->count.fetch_add(1, std::memory_order_relaxed);
  return id;
}

/// The one added last is not needed: what it takes is used for the next.
void Blobs::take_back(BlobId id) {
  const std::size_t size = in_units(sizeof(Blob) + blob(id).size);
  next_ -= size;
  left_ += size;
  common_->count.fetch_sub(1, std::memory_order_relaxed);
}

void Blobs::grow(std::uint64_t slots) {
  if (slots > tables_[0].capacity()) no_room();
  const std::uint32_t other = 1 - common_->table;
  Slot* table = tables_[other].data();
  Slot* old = tables_[common_->table].data();
  const std::uint64_t mask = slots - 1;
  for (std::uint64_t i = 0; i < common_->slots; ++i) {
    const BlobId known = old[i].load(std::memory_order_relaxed);
    if (known == 0) continue;
    std::uint64_t at = blob(known - 1).hash & mask;
    while (table[at].load(std::memory_order_relaxed) != 0) at = (at + 1) & mask;
    table[at].store(known, std::memory_order_relaxed);
  }
  tables_[common_->table].wipe();
  common_->table = other;
  common_->slots = slots;
}

void Blobs::make_room(std::size_t more) {
  if (common_ == nullptr) open();
  std::uint64_t slots = common_->slots;
  while ((count() + more) * 2 > slots) slots *= 2;
  if (slots != common_->slots) grow(slots);
}

std::size_t Blobs::in_units(std::size_t size) { return (size + kUnit - 1) / kUnit * kUnit; }

unsigned char* Blobs::room(std::size_t size) {
  const std::size_t wanted = in_units(size);
  if (wanted > left_) {
    const std::size_t bytes = wanted > kPage ? wanted : kPage;
    const std::uint64_t at = common_->bytes.fetch_add(bytes, std::memory_order_relaxed);
    if (at + bytes > bytes_.capacity()) no_room();
    next_ = bytes_.data() + at;
    left_ = bytes;
  }
  unsigned char* at = next_;
  next_ += wanted;
  left_ -= wanted;
  return at;
}

std::uint64_t Blobs::memory() const {
  if (common_ == nullptr) return 0;
  return common_->bytes.load(std::memory_order_relaxed) + common_->slots * sizeof(Slot);
}

void Blobs::save(Sink& to) const {
  to.value(common_->bytes.load());
  to.value(common_->slots);
  to.value(common_->count.load());
  to.value(common_->overflowed.load());
  to.write(bytes_.data(), common_->bytes.load());
  to.write(tables_[common_->table].data(), common_->slots * sizeof(Slot));
}

bool Blobs::load(Source& from) {
  if (common_ == nullptr) open();
  // Others know these by their numbers.
  std::vector<BlobId> here;
  for (std::uint64_t i = 0; i < common_->slots; ++i) {
    const BlobId known = tables_[common_->table][i].load(std::memory_order_relaxed);
    if (known != 0) here.push_back(known - 1);
  }
  const std::uint64_t had = common_->bytes.load();
  const std::vector<unsigned char> before(bytes_.data(), bytes_.data() + had);
  const auto bytes = from.value<std::uint64_t>(), slots = from.value<std::uint64_t>();
  if (here.size() != count() || bytes < had || bytes > bytes_.capacity() || slots > tables_[0].capacity())
    return false;
  common_->count.store(from.value<std::uint32_t>());
  common_->overflowed.store(from.value<std::uint32_t>());
  from.read(bytes_.data(), bytes);
  const auto same = [&](BlobId id) {
    const unsigned char* at = before.data() + id * kUnit;
    std::uint32_t size_before = 0, hash_before = 0;
    std::memcpy(&size_before, at + offsetof(Blob, size), sizeof size_before);
    std::memcpy(&hash_before, at + offsetof(Blob, hash), sizeof hash_before);
    return size_before == size(id) && hash_before == blob(id).hash &&
           same_bytes(at + sizeof(Blob), data(id), size_before);
  };
  if (!std::all_of(here.begin(), here.end(), same)) return false;
  for (auto& table : tables_) table.wipe();
  common_->bytes.store(bytes);
  common_->slots = slots;
  common_->table = 0;
  from.read(tables_[0].data(), slots * sizeof(Slot));
  left_ = 0;  // the page that it is of may have been used up there
  return true;
}

void Blobs::clear() {
  common_room_.release();
  bytes_.release();
  for (auto& table : tables_) table.release();
  common_ = nullptr;
  next_ = nullptr;
  left_ = 0;
}

}  // namespace selvage::state
