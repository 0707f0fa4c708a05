#include "machine/runtime_heap.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstdint>
#include <memory_resource>
#include <new>

#include "machine/fatal.hpp"
#include "machine/raw_syscall.hpp"

namespace selvage::machine::runtime_heap {

namespace {

constexpr std::uint64_t kBase = 0x300000000000;
constexpr std::uint64_t kBytes = 1ULL << 38;
constexpr std::uint64_t kLastingBytes = 1ULL << 32;
constexpr std::uint64_t kLasting = kBase + kBytes - kLastingBytes;  // the last part of the range

/// Hands out ever higher addresses of one reserved range; the pool above it does the reuse.
class Range : public std::pmr::memory_resource {
 public:
  static std::uint64_t next;

  static void reserve() {
    if (next != 0) return;
    const long got =
        raw_syscall(SYS_mmap, static_cast<long>(kBase), static_cast<long>(kBytes), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (got != static_cast<long>(kBase)) fatal("cannot reserve the runtime's own heap");
    next = kBase;
  }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    reserve();
    next = (next + alignment - 1) & ~(std::uint64_t{alignment} - 1);
    const std::uint64_t at = next;
    next += bytes;
    if (next > kLasting) fatal("the runtime's own heap is used up");
    return reinterpret_cast<void*>(at);
  }
  void do_deallocate(void* p, std::size_t bytes, std::size_t) override {
    // Large pieces go back to the kernel; their addresses are not used again.
    if (bytes >= 65536) {
      const std::uint64_t low = (reinterpret_cast<std::uint64_t>(p) + 4095) & ~4095ULL;
      const std::uint64_t high = (reinterpret_cast<std::uint64_t>(p) + bytes) & ~4095ULL;
      if (high > low)
        raw_syscall(SYS_madvise, static_cast<long>(low), static_cast<long>(high - low), MADV_DONTNEED);
    }
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
};
std::uint64_t Range::next = 0;

struct Header {
  std::uint64_t size;
  std::uint64_t offset;  // from the start of the pool's block to the user's
};

// Made on first use and never destroyed: free() may be called after the destructors of statics.
std::pmr::unsynchronized_pool_resource& pool() {
  alignas(Range) static unsigned char range_space[sizeof(Range)];
  alignas(std::pmr::unsynchronized_pool_resource) static unsigned char
      pool_space[sizeof(std::pmr::unsynchronized_pool_resource)];
  static bool made = false;
  if (!made) {
    made = true;
    auto* range = new (range_space) Range;
    new (pool_space) std::pmr::unsynchronized_pool_resource(std::pmr::pool_options{0, 32768}, range);
  }
  return *std::launder(reinterpret_cast<std::pmr::unsynchronized_pool_resource*>(pool_space));
}

std::uint64_t g_allocations = 0;
std::uint64_t g_next_lasting = kLasting;
int g_lasting = 0;  // how many Lasting there are

char* take_lasting(std::size_t size, std::size_t alignment) {
  Range::reserve();
  const std::uint64_t at = (g_next_lasting + alignment - 1) & ~(std::uint64_t{alignment} - 1);
  if (at + size > kBase + kBytes) fatal("the runtime's own heap is used up");
  g_next_lasting = at + size;
  return reinterpret_cast<char*>(at);
}

}  // namespace

void* allocate(std::size_t size, std::size_t alignment) {
  ++g_allocations;
  if (alignment < 16) alignment = 16;
  const std::size_t offset = alignment < sizeof(Header) ? sizeof(Header) : alignment;
  char* block = g_lasting != 0 ? take_lasting(size + offset, alignment)
                               : static_cast<char*>(pool().allocate(size + offset, alignment));
  char* user = block + offset;
  auto* header = reinterpret_cast<Header*>(user) - 1;
  header->size = size;
  header->offset = offset;
  return user;
}

Lasting::Lasting() { ++g_lasting; }
Lasting::~Lasting() { --g_lasting; }

void release(void* p) {
  if (reinterpret_cast<std::uint64_t>(p) >= kLasting) return;
  auto* header = static_cast<Header*>(p) - 1;
  const std::size_t offset = header->offset;
  pool().deallocate(static_cast<char*>(p) - offset, header->size + offset, offset < 16 ? 16 : offset);
}

bool contains(const void* p) { return reinterpret_cast<std::uint64_t>(p) - kBase < kBytes; }

std::uint64_t allocations() { return g_allocations; }

std::size_t size_of(const void* p) { return (static_cast<const Header*>(p) - 1)->size; }

}  // namespace selvage::machine::runtime_heap
