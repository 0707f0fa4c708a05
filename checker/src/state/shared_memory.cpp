#include "state/shared_memory.hpp"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>

namespace selvage::state {

void* reserve_bytes(std::size_t* bytes, Sharing sharing) {
  const int flags = MAP_ANONYMOUS | MAP_NORESERVE | (sharing == Sharing::shared ? MAP_SHARED : MAP_PRIVATE);
  constexpr std::size_t kLeast = 1 << 20;
  for (std::size_t size = *bytes; size >= kLeast || size == *bytes; size /= 2) {
    void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (at == MAP_FAILED) continue;
    *bytes = size;
    return at;
  }
  no_room();
}

void no_room() {
  std::fputs("selvage: the states take more memory than there is\n", stderr);
  std::abort();
}

void wipe_bytes(void* at, std::size_t bytes, Sharing sharing) {
  madvise(at, bytes, sharing == Sharing::shared ? MADV_REMOVE : MADV_DONTNEED);
}

void release_bytes(void* at, std::size_t bytes) { munmap(at, bytes); }

}  // namespace selvage::state
