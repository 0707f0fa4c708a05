// Leaks as LeakSanitizer has them: blocks that nothing reaches when the program ends.
//
// Pointers into the heap of this execution can only be where this execution wrote: on the data pages and
// foreign granules noted as written, in the threads' TLS and stacks, and in reachable blocks.
#include <immintrin.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "machine/exploration.hpp"
#include "machine/machine.hpp"

namespace selvage::machine {

namespace {

constexpr std::uint32_t kReached = 1U << 31;

/// The first word in [low, high) that may point into the arena, mostly none; `shift`: what is above these bits is the same in
/// all addresses there, `top`, and in no others.
__attribute__((target("avx2"))) std::uint64_t first_pointer_by_avx2(std::uint64_t low, std::uint64_t high,
                                                                    int shift, std::uint64_t top) {
  constexpr std::uint64_t kStep = 128;
  const __m256i wanted = _mm256_set1_epi64x(static_cast<long long>(top));
  const __m128i bits = _mm_cvtsi32_si128(shift);
  for (; low + kStep <= high; low += kStep) {
    const auto* words = reinterpret_cast<const __m256i*>(low);
    __m256i found = _mm256_setzero_si256();
    for (int i = 0; i < 4; ++i) {
      const __m256i above = _mm256_srl_epi64(_mm256_loadu_si256(words + i), bits);
      found = _mm256_or_si256(found, _mm256_cmpeq_epi64(above, wanted));
    }
    if (_mm256_testz_si256(found, found) == 0) return low;
  }
  return low;
}

class Marker {
 public:
  Marker() : avx2_(__builtin_cpu_supports("avx2") != 0) {
    g.arena.for_each_block([&](BlockHeader* b) {
      if (b->state == BlockHeader::kLive && g.threads[g.arena.owner(b)].process == g.process)
        blocks_.push_back(b);
    });
    std::sort(blocks_.begin(), blocks_.end());
  }
  void scan(std::uint64_t low, std::uint64_t high) {
    scan_words((low + 7) & ~7ULL, high);
    while (!open_.empty()) {
      BlockHeader* block = open_.back();
      open_.pop_back();
      const auto at = reinterpret_cast<std::uint64_t>(block + 1);
      scan_words(at, at + block->size);
    }
  }
  [[nodiscard]] bool all_reached() const { return reached_ == blocks_.size(); }
  BlockHeader* first_unreached() {
    for (BlockHeader* b : blocks_) {
      if ((b->sequence & kReached) == 0) return b;
    }
    return nullptr;
  }
  std::size_t unreached() {
    return static_cast<std::size_t>(std::count_if(
        blocks_.begin(), blocks_.end(), [](BlockHeader* b) { return (b->sequence & kReached) == 0; }));
  }

 private:
  void scan_words(std::uint64_t low, std::uint64_t high) {
    constexpr std::uint64_t kFew = 128;
    while (low + 8 <= high) {
      if (avx2_)
        low = first_pointer_by_avx2(low, high, Arena::kAddressBits, g.arena.begin(0) >> Arena::kAddressBits);
      const std::uint64_t end = avx2_ ? std::min(high, low + kFew) : high;
      for (; low + 8 <= end; low += 8) mark(*reinterpret_cast<const std::uint64_t*>(low));
    }
  }
  void mark(std::uint64_t value) {
    if (!g.arena.contains(reinterpret_cast<void*>(value))) return;
    auto after = std::upper_bound(blocks_.begin(), blocks_.end(), value, [](std::uint64_t v, BlockHeader* b) {
      return v < reinterpret_cast<std::uint64_t>(b + 1);
    });
    if (after == blocks_.begin()) return;
    BlockHeader* block = *(after - 1);
    const auto start = reinterpret_cast<std::uint64_t>(block + 1);
    if (value >= start + std::max<std::uint64_t>(block->size, 1) || (block->sequence & kReached) != 0) return;
    block->sequence |= kReached;
    ++reached_;
    open_.push_back(block);
  }
  bool avx2_;
  std::size_t reached_ = 0;
  std::vector<BlockHeader*> blocks_;
  std::vector<BlockHeader*> open_;
};

}  // namespace

std::string find_leak(std::uint64_t* leaked) {
  if (g.arena.live() == 0 && !g.forked) return {};
  Marker marker;
  // Mostly there is nothing but the buffer of standard output, which is found at once where one knows where to look.
  const auto stream = reinterpret_cast<std::uint64_t>(stdout);
  if (g.segments.contains(stream)) marker.scan(stream, stream + sizeof *stdout);
  if (marker.all_reached()) return {};
  for (const auto& page : g.segments.written()) marker.scan(page.address, page.address + 4096);
  for (const auto& saved : g.foreign.saved()) marker.scan(saved.granule, saved.granule + 8);
  g.shared_memory.for_each_in_use(
      [&marker](std::uint64_t low, std::uint64_t high) { marker.scan(low, high); });
  for (int t = 0; t < g.thread_limit; ++t) {
    const Thread& thread = g.threads[t];
    if (thread.state == Thread::State::unused || thread.process != g.process) continue;
    if (thread.state != Thread::State::alive) {
      // Its stack and thread-local storage are gone; its result is there until somebody joins it.
      const std::uint64_t result = thread.joined ? 0 : reinterpret_cast<std::uint64_t>(thread.result);
      marker.scan(reinterpret_cast<std::uint64_t>(&result), reinterpret_cast<std::uint64_t>(&result) + 8);
      continue;
    }
    marker.scan(g.thread_locals.low(thread.slot), g.thread_locals.high(thread.slot));
    const std::uint64_t top = g.stacks.top(thread.slot);
    const std::uint64_t from =
        t == g.current ? reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)) : thread.stack_pointer;
    marker.scan(from, top);
    for (const auto& [function, argument] : thread.destructors) {
      const std::uint64_t value = reinterpret_cast<std::uint64_t>(argument);
      marker.scan(reinterpret_cast<std::uint64_t>(&value), reinterpret_cast<std::uint64_t>(&value) + 8);
    }
    const std::uint64_t argument = reinterpret_cast<std::uint64_t>(thread.argument);
    marker.scan(reinterpret_cast<std::uint64_t>(&argument), reinterpret_cast<std::uint64_t>(&argument) + 8);
  }
  if (!g.invariants.empty()) {
    const auto first = reinterpret_cast<std::uint64_t>(g.invariants.data());
    marker.scan(first, first + g.invariants.size() * sizeof g.invariants[0]);
  }
  BlockHeader* block = marker.first_unreached();
  if (block == nullptr) return {};
  *leaked = reinterpret_cast<std::uint64_t>(block + 1);
  const std::size_t count = marker.unreached();
  std::string text =
      std::to_string(block->size) + " bytes that nothing reaches when the program ends: " + name_of(*leaked);
  if (count > 1) text += " and " + std::to_string(count - 1) + " more";
  return text;
}

}  // namespace selvage::machine
