// mmap and its relatives: memory that processes share (machine/shared_memory.hpp).
#include <errno.h>
#include <sys/mman.h>

#include <algorithm>
#include <vector>

#include "abi/descriptors.hpp"
#include "abi/export.hpp"
#include "abi/named_objects.hpp"
#include "abi/real.hpp"
#include "machine/access.hpp"
#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "machine/spaces.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine

namespace {

constexpr std::uint64_t kPage = 4096;

struct Mapping {
  std::uint64_t low, size;
};
std::vector<Mapping> g_mappings[kMaxThreads];  // by process

const bool g_part = (add_process_part({[](int parent, int child) { g_mappings[child] = g_mappings[parent]; },
                                       nullptr, nullptr,
                                       [] {
                                         for (auto& list : g_mappings) list.clear();
                                       },
                                       nullptr}),
                     true);

void note_mapping(std::uint64_t low, std::uint64_t size) {
  g_mappings[g.process].push_back({low, size});
  for (std::uint64_t at = low; at < low + size; at += SharedMemory::kRegion) map_region(at);
}

void* failed(int error) {
  errno = error;
  return MAP_FAILED;
}

/// A shared memory object is at one place, however often it is mapped.
void* map_object(int fd, std::uint64_t size, std::uint64_t offset, std::uint64_t pc) {
  const selvage::abi::Description* d = selvage::abi::description(fd);
  if (d == nullptr) return failed(EBADF);
  if (d->object < 0) return failed(ENODEV);
  selvage::abi::look_at_named_objects("mmap", pc);
  const selvage::abi::NamedObject& object = selvage::abi::named_object(d->object);
  if (offset % SharedMemory::kRegion != 0)
    unsupported("mmap() of a part of shared memory that does not begin at a multiple of 16 MiB");
  if (offset + size > ((object.size + kPage - 1) & ~(kPage - 1)))
    unsupported("mmap() of more than there is of a shared memory object");
  const std::uint64_t low = object.low + offset;
  for (const Mapping& m : g_mappings[g.process]) {
    if (m.low < low + size && low < m.low + m.size)
      unsupported("mmap() of shared memory that the process has mapped already");
  }
  note_mapping(low, size);
  return reinterpret_cast<void*>(low);
}

void* map(void* wish, std::size_t size, int protection, int flags, int fd, off_t offset, std::uint64_t pc) {
  refuse_states("mmap()");
  const bool anonymous = (flags & MAP_ANONYMOUS) != 0;
  if ((flags & MAP_SHARED) == 0 || (!anonymous && !selvage::abi::is_ours(fd))) {
    unsupported("mmap() of anything but shared memory");
  }
  constexpr int kKnown =
      MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE | MAP_SHARED_VALIDATE;
  if ((flags & ~kKnown) != 0 || wish != nullptr)
    unsupported("mmap() at a certain address or with unusual flags");
  if (protection != (PROT_READ | PROT_WRITE))
    unsupported("mmap() of memory that is not for reading and writing");
  if (size == 0 || offset % static_cast<off_t>(kPage) != 0) return failed(EINVAL);
  if (!anonymous) return map_object(fd, size, static_cast<std::uint64_t>(offset), pc);
  const std::uint64_t low = g.shared_memory.allocate(g.current, size);
  if (low == 0) return failed(ENOMEM);
  note_mapping(low, size);
  return reinterpret_cast<void*>(low);
}

int unmap(std::uint64_t low, std::uint64_t size) {
  auto& mappings = g_mappings[g.process];
  const auto at =
      std::find_if(mappings.begin(), mappings.end(), [low](const Mapping& m) { return m.low == low; });
  if (at == mappings.end() || (at->size + kPage - 1) / kPage != (size + kPage - 1) / kPage) {
    unsupported("munmap() of anything but a whole mapping of shared memory");
  }
  mappings.erase(at);
  for (std::uint64_t a = low; a < low + size; a += SharedMemory::kRegion) unmap_region(a);
  return 0;
}

}  // namespace

SELVAGE_EXPORT void* mmap(void* wish, std::size_t size, int protection, int flags, int fd,
                          off_t offset) noexcept {
  if (!g.in_program) return SELVAGE_REAL(mmap)(wish, size, protection, flags, fd, offset);
  Door door;
  return map(wish, size, protection, flags, fd, offset, SELVAGE_CALLER);
}
SELVAGE_EXPORT void* mmap64(void* wish, std::size_t size, int protection, int flags, int fd,
                            off64_t offset) noexcept {
  if (!g.in_program) return SELVAGE_REAL(mmap64)(wish, size, protection, flags, fd, offset);
  Door door;
  return map(wish, size, protection, flags, fd, offset, SELVAGE_CALLER);
}
SELVAGE_EXPORT int munmap(void* low, std::size_t size) noexcept {
  if (!g.in_program) return SELVAGE_REAL(munmap)(low, size);
  Door door;
  return unmap(reinterpret_cast<std::uint64_t>(low), size);
}
