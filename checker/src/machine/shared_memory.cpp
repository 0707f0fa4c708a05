#include "machine/shared_memory.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstring>

#include "machine/fatal.hpp"
#include "machine/raw_syscall.hpp"

namespace selvage::machine {

namespace {

constexpr std::uint64_t kPage = 4096;

std::uint64_t round_up(std::uint64_t size, std::uint64_t to) { return (size + to - 1) & ~(to - 1); }

}  // namespace

void SharedMemory::new_execution() {
  if (!reserved_ || used_.empty()) return;
  std::fill(std::begin(next_), std::end(next_), 0);
  used_.clear();
}

void SharedMemory::reserve() {
  if (reserved_) return;
  const long memory =
      raw_syscall(SYS_mmap, static_cast<long>(kBase), static_cast<long>(kEnd - kBase), PROT_NONE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory < 0 && memory > -4096) fatal("cannot reserve the address range of shared memory");
  reserved_ = true;
}

void SharedMemory::clear(std::uint64_t low, std::uint64_t high) {
  // What is large is given back: mostly little of it was touched.
  constexpr std::uint64_t kMuch = 1 << 18;
  if (high - low > kMuch) {
    raw_syscall(SYS_madvise, static_cast<long>(low), static_cast<long>(high - low), MADV_DONTNEED);
  } else {
    std::memset(reinterpret_cast<void*>(low), 0, high - low);
  }
}

/// Makes [low, low + size) writable, and what is behind it not; zero-filled.
void SharedMemory::use(std::uint64_t low, std::uint64_t size) {
  const std::uint64_t high = low + round_up(size, kPage);
  auto at = std::find_if(writable_.begin(), writable_.end(), [low](const Block& b) { return b.low == low; });
  if (at == writable_.end()) at = writable_.insert(at, {low, low});
  if (at->high < high) {
    raw_syscall(SYS_mprotect, static_cast<long>(at->high), static_cast<long>(high - at->high),
                PROT_READ | PROT_WRITE);
  } else if (at->high > high) {
    raw_syscall(SYS_madvise, static_cast<long>(high), static_cast<long>(at->high - high), MADV_DONTNEED);
    raw_syscall(SYS_mprotect, static_cast<long>(high), static_cast<long>(at->high - high), PROT_NONE);
  }
  at->high = high;
  const auto now = std::find_if(used_.begin(), used_.end(), [low](const Block& b) { return b.low == low; });
  if (now == used_.end()) {
    clear(low, high);
    used_.push_back({low, high});
  } else {
    if (now->high < high) clear(now->high, high);
    now->high = high;
  }
}

std::uint64_t SharedMemory::allocate(int thread, std::uint64_t size) {
  reserve();
  const std::uint64_t room = round_up(size, kRegion);
  if (size == 0 || size > kBytesPerThread || next_[thread] + room > kBytesPerThread) return 0;
  const std::uint64_t low = kBase + static_cast<std::uint64_t>(thread) * kBytesPerThread + next_[thread];
  next_[thread] += room;
  use(low, size);
  return low;
}

std::uint64_t SharedMemory::object(std::uint64_t number, std::uint64_t size) {
  reserve();
  if (size > kBytesPerObject || number >= kObjects) return 0;
  const std::uint64_t low = kObjectsBase + number * kBytesPerObject;
  use(low, size);
  return low;
}

race::Cell* SharedMemory::cells(std::uint64_t address, race::Shadow& shadow) {
  const std::uint64_t index = address >> race::Shadow::kRegionBits;
  for (const Region& r : regions_) {
    if (r.index == index) return r.cells;
  }
  regions_.push_back({index, shadow.new_region()});
  return regions_.back().cells;
}

}  // namespace selvage::machine
