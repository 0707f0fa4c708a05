#include "machine/arena.hpp"

#include <sys/mman.h>

#include <bit>
#include <cstring>

#include "machine/fatal.hpp"

namespace selvage::machine {

void Arena::reserve() {
  constexpr std::uint64_t kWish = 0x210000000000;  // see Stacks::reserve
  static_assert(kWish % (1ULL << kAddressBits) == 0);
  void* memory =
      mmap(reinterpret_cast<void*>(kWish), kBytesPerThread * race::kMaxThreads, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory == MAP_FAILED) fatal("cannot reserve the heap's address range");
  base_ = reinterpret_cast<std::uint64_t>(memory);
  for (int t = 0; t < race::kMaxThreads; ++t) next_[t] = dirty_[t] = begin(t);
}

void Arena::new_execution() {
  for (std::uint64_t rest = used_threads_; rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    if (next_[t] > dirty_[t]) dirty_[t] = next_[t];
    next_[t] = begin(t);
    sequence_[t] = 0;
    // Give back what one huge execution used, so that zero-filling stays cheap.
    constexpr std::uint64_t kKeep = 16ULL << 20;
    if (dirty_[t] - begin(t) > kKeep) {
      madvise(reinterpret_cast<void*>(begin(t)), dirty_[t] - begin(t), MADV_DONTNEED);
      dirty_[t] = begin(t);
    }
  }
  used_threads_ = 0;
  live_ = 0;
}

void* Arena::allocate(int thread, std::size_t size, std::size_t alignment) {
  const std::uint64_t limit = begin(thread) + kBytesPerThread;
  std::uint64_t at = next_[thread];
  if (size > kBytesPerThread || alignment > kBytesPerThread / 2) return nullptr;
  if (alignment > 16) {
    const std::uint64_t user =
        (at + 2 * sizeof(BlockHeader) + alignment - 1) & ~(std::uint64_t{alignment} - 1);
    if (user + size > limit) return nullptr;
    auto* filler = reinterpret_cast<BlockHeader*>(at);
    const std::uint64_t gap = user - sizeof(BlockHeader) - at - sizeof(BlockHeader);
    // A gap of nothing still takes 16 bytes (round_up): place the block one alignment further then.
    filler->size = gap;
    filler->state = BlockHeader::kFiller;
    filler->sequence = 0;
    if (gap == 0) {
      filler->size = alignment;
      at += sizeof(BlockHeader) + alignment;
    } else {
      at += sizeof(BlockHeader) + gap;
    }
  }
  const std::uint64_t user = at + sizeof(BlockHeader);
  const std::uint64_t end = user + round_up(size);
  if (end > limit) return nullptr;
  auto* block = reinterpret_cast<BlockHeader*>(at);
  block->size = size;
  block->state = BlockHeader::kLive;
  block->sequence = ++sequence_[thread];
  if (user < dirty_[thread]) {
    std::memset(reinterpret_cast<void*>(user), 0, (end < dirty_[thread] ? end : dirty_[thread]) - user);
  }
  next_[thread] = end;
  used_threads_ |= 1ULL << thread;
  ++live_;
  return reinterpret_cast<void*>(user);
}

bool Arena::is_block(void* p) const {
  if (!contains(p) || (reinterpret_cast<std::uint64_t>(p) & 15) != 0) return false;
  const auto at = reinterpret_cast<std::uint64_t>(p);
  const int t = owner(p);
  if (at >= next_[t] || at < begin(t) + sizeof(BlockHeader)) return false;
  BlockHeader* h = header(p);
  return h->state == BlockHeader::kLive || h->state == BlockHeader::kFreed;
}

BlockHeader* Arena::block_around(std::uint64_t address) const {
  if (!contains(reinterpret_cast<void*>(address))) return nullptr;
  const int t = owner(reinterpret_cast<void*>(address));
  for (std::uint64_t at = begin(t); at < next_[t];) {
    auto* block = reinterpret_cast<BlockHeader*>(at);
    const std::uint64_t end = at + sizeof(BlockHeader) + round_up(block->size);
    if (address < end) return address >= at + sizeof(BlockHeader) ? block : nullptr;
    at = end;
  }
  return nullptr;
}

}  // namespace selvage::machine
