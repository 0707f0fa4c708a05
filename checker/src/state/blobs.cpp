#include "state/blobs.hpp"

#define XXH_INLINE_ALL
#include <immintrin.h>
#include <xxhash.h>

#include <cstring>

namespace selvage::state {

namespace {

constexpr std::size_t kPage = 1 << 20;

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

__attribute__((target("avx2"))) std::size_t by_avx2(const unsigned char* a, const unsigned char* b, std::size_t from,
                                                    std::size_t size) {
  std::size_t i = from;
  for (; i + 128 <= size; i += 128) {
    const __m256i first = _mm256_or_si256(difference(a + i, b + i), difference(a + i + 32, b + i + 32));
    const __m256i second = _mm256_or_si256(difference(a + i + 64, b + i + 64), difference(a + i + 96, b + i + 96));
    const __m256i different = _mm256_or_si256(first, second);
    if (_mm256_testz_si256(different, different) == 0) return i;
  }
  for (; i + 32 <= size; i += 32) {
    const __m256i different = difference(a + i, b + i);
    if (_mm256_testz_si256(different, different) == 0) return i;
  }
  return by_words(a, b, i, size);
}

}  // namespace

std::size_t first_difference(const unsigned char* a, const unsigned char* b, std::size_t from, std::size_t size) {
  static const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  return avx2 ? by_avx2(a, b, from, size) : by_words(a, b, from, size);
}

bool same_bytes(const unsigned char* a, const unsigned char* b, std::size_t size) {
  return first_difference(a, b, 0, size) == size;
}

BlobId Blobs::intern(const void* bytes, std::size_t size) {
  if ((blobs_.size() + 1) * 2 > table_.size()) grow();
  const auto hash = static_cast<std::uint32_t>(XXH3_64bits(bytes, size));
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hash & mask;
  for (; table_[at] != 0; at = (at + 1) & mask) {
    const BlobId known = table_[at] - 1;
    if (blobs_[known].hash == hash && equal(known, bytes, size)) return known;
  }
  unsigned char* copy = room(size);
  std::memcpy(copy, bytes, size);
  const auto id = static_cast<BlobId>(blobs_.size());
  blobs_.push_back({copy, static_cast<std::uint32_t>(size), hash, id});
  table_[at] = id + 1;
  return id;
}

void Blobs::grow() {
  std::vector<BlobId> table(table_.empty() ? 1024 : table_.size() * 2);
  const std::size_t mask = table.size() - 1;
  for (BlobId id = 0; id < blobs_.size(); ++id) {
    std::size_t at = blobs_[id].hash & mask;
    while (table[at] != 0) at = (at + 1) & mask;
    table[at] = id + 1;
  }
  table_ = std::move(table);
}

unsigned char* Blobs::room(std::size_t size) {
  const std::size_t wanted = (size + 7) & ~std::size_t{7};
  if (wanted > left_) {
    const std::size_t bytes = wanted > kPage ? wanted : kPage;
    pages_.emplace_back(new unsigned char[bytes]);
    next_ = pages_.back().get();
    page_bytes_ += bytes;
    left_ = bytes;
  }
  unsigned char* at = next_;
  next_ += wanted;
  left_ -= wanted;
  return at;
}

std::uint64_t Blobs::memory() const {
  return page_bytes_ + blobs_.capacity() * sizeof(Blob) + table_.capacity() * sizeof(BlobId);
}

void Blobs::clear() { *this = Blobs(); }

}  // namespace selvage::state
