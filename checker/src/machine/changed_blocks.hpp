// Where a page of memory differs from a copy of it: mostly in few places.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstring>

namespace selvage::machine {

struct ChangedBlocks {
  static constexpr std::size_t kPage = 4096, kBlock = 128;

  /// The first of the blocks from `at` on in which the two differ; kPage: there is none.
  using First = std::size_t (*)(const unsigned char* a, const unsigned char* b, std::size_t at);
  static First first() { return __builtin_cpu_supports("avx2") != 0 ? by_avx2 : by_memcmp; }

 private:
  static std::size_t by_memcmp(const unsigned char* a, const unsigned char* b, std::size_t at) {
    while (at < kPage && std::memcmp(a + at, b + at, kBlock) == 0) at += kBlock;
    return at;
  }
  __attribute__((target("avx2"))) static std::size_t by_avx2(const unsigned char* a, const unsigned char* b,
                                                             std::size_t at) {
    for (; at < kPage; at += kBlock) {
      const auto* x = reinterpret_cast<const __m256i*>(a + at);
      const auto* y = reinterpret_cast<const __m256i*>(b + at);
      __m256i different = _mm256_xor_si256(_mm256_loadu_si256(x), _mm256_loadu_si256(y));
      for (int i = 1; i < 4; ++i) {
        different = _mm256_or_si256(different,
                                    _mm256_xor_si256(_mm256_loadu_si256(x + i), _mm256_loadu_si256(y + i)));
      }
      if (_mm256_testz_si256(different, different) == 0) break;
    }
    return at;
  }
};

}  // namespace selvage::machine
