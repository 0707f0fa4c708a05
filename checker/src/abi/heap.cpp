// malloc and operator new. Three heaps: the program's arena while it is explored, the runtime's own while
// it explores, and libc's otherwise. A pointer tells by its address which it came from.
#include <errno.h>
#include <malloc.h>

#include <cstring>
#include <new>

#include "abi/export.hpp"
#include "machine/access.hpp"
#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "machine/runtime_heap.hpp"

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);
}

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine

namespace {

void* program_allocate(std::size_t size, std::size_t alignment) {
  Door door;
  void* p = g.arena.allocate(g.current, size, alignment);
  if (p == nullptr) {
    errno = ENOMEM;
    return nullptr;
  }
  if (g.recording) note_allocation(p);
  if (g.forked) [[unlikely]]
    note_private_block(reinterpret_cast<std::uint64_t>(p), size);
  return p;
}

void* allocate(std::size_t size, std::size_t alignment = 16) {
  if (g.in_program) return program_allocate(size, alignment);
  if (g.exploring) return runtime_heap::allocate(size, alignment);
  return alignment > 16 ? __libc_memalign(alignment, size) : __libc_malloc(size);
}

void program_free(void* p, std::uint64_t pc) {
  Door door;
  const auto at = reinterpret_cast<std::uint64_t>(p);
  if (g.arena.contains(p)) {
    if (!g.arena.is_block(p)) {
      violation(selvage::Verdict::double_free, "free of " + name_of(at) + ", which malloc never returned");
    }
    BlockHeader* block = Arena::header(p);
    if (block->state == BlockHeader::kFreed) {
      violation(selvage::Verdict::double_free, "the block at " + name_of(at) + " is freed twice");
    }
    // What is inside can be used no more, and nobody may still be using it.
    free_range(at, block->size, pc);
    g.arena.note_free(block);
    return;
  }
  if (g.stacks.contains(at) || (g.segments.contains(at) && !g.segments.in_heap(at))) {
    violation(selvage::Verdict::double_free, "free of " + name_of(at) + ", which is not on the heap");
  }
  // From before the exploration: it stays, since the next execution needs it again.
  free_range(at, malloc_usable_size(p), pc);
}

void release(void* p, std::uint64_t pc) {
  if (p == nullptr) return;
  if (g.in_program) {
    program_free(p, pc);
    return;
  }
  if (runtime_heap::contains(p)) {
    runtime_heap::release(p);
    return;
  }
  if (g.arena.contains(p)) return;  // goes with its execution
  // While exploring, libc's heap must stay as it was saved.
  if (!g.exploring) __libc_free(p);
}

std::size_t size_of(void* p) {
  if (p == nullptr) return 0;
  if (runtime_heap::contains(p)) return runtime_heap::size_of(p);
  if (g.arena.contains(p)) return Arena::header(p)->size;
  // The chunk header of glibc's malloc: its size with three flag bits.
  constexpr std::size_t kFlags = 7, kOverhead = 8, kMapped = 2;
  const std::size_t chunk = static_cast<std::size_t*>(p)[-1];
  return (chunk & ~kFlags) - ((chunk & kMapped) != 0 ? 2 * kOverhead : kOverhead);
}

void* reallocate(void* p, std::size_t size, std::uint64_t pc) {
  if (p == nullptr) return allocate(size);
  if (!g.in_program && !g.exploring && !runtime_heap::contains(p)) return __libc_realloc(p, size);
  if (size == 0) {
    release(p, pc);
    return nullptr;
  }
  void* q = allocate(size);
  if (q == nullptr) return nullptr;
  const std::size_t old = size_of(p);
  const std::size_t n = old < size ? old : size;
  if (g.in_program) range(reinterpret_cast<std::uint64_t>(p), n, selvage::race::kRead, pc);
  const bool was = g.in_program;
  g.in_program = false;
  std::memcpy(q, p, n);
  g.in_program = was;
  release(p, pc);
  return q;
}

void* new_or_throw(std::size_t size, std::size_t alignment = 16) {
  void* p = allocate(size, alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace

SELVAGE_EXPORT void* malloc(size_t size) noexcept { return allocate(size); }
SELVAGE_EXPORT void free(void* p) noexcept { release(p, SELVAGE_CALLER); }
SELVAGE_EXPORT void cfree(void* p) noexcept { release(p, SELVAGE_CALLER); }
SELVAGE_EXPORT void* calloc(size_t count, size_t size) noexcept {
  std::size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  if (!g.in_program && !g.exploring) return __libc_calloc(count, size);
  void* p = allocate(bytes);
  if (p != nullptr && !g.in_program) std::memset(p, 0, bytes);  // the arena's memory is zero already
  return p;
}
SELVAGE_EXPORT void* realloc(void* p, size_t size) noexcept { return reallocate(p, size, SELVAGE_CALLER); }
SELVAGE_EXPORT void* reallocarray(void* p, size_t count, size_t size) noexcept {
  std::size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return reallocate(p, bytes, SELVAGE_CALLER);
}
SELVAGE_EXPORT void* memalign(size_t alignment, size_t size) noexcept { return allocate(size, alignment); }
SELVAGE_EXPORT void* aligned_alloc(size_t alignment, size_t size) noexcept {
  return allocate(size, alignment);
}
SELVAGE_EXPORT int posix_memalign(void** out, size_t alignment, size_t size) noexcept {
  if (alignment < sizeof(void*) || (alignment & (alignment - 1)) != 0) return EINVAL;
  void* p = allocate(size, alignment);
  if (p == nullptr) return ENOMEM;
  *out = p;
  return 0;
}
SELVAGE_EXPORT void* valloc(size_t size) noexcept { return allocate(size, 4096); }
SELVAGE_EXPORT void* pvalloc(size_t size) noexcept { return allocate((size + 4095) & ~size_t{4095}, 4096); }
SELVAGE_EXPORT size_t malloc_usable_size(void* p) noexcept { return size_of(p); }

#define SELVAGE_VISIBLE __attribute__((visibility("default")))
SELVAGE_VISIBLE void* operator new(std::size_t size) { return new_or_throw(size); }
SELVAGE_VISIBLE void* operator new[](std::size_t size) { return new_or_throw(size); }
SELVAGE_VISIBLE void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size);
}
SELVAGE_VISIBLE void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size);
}
SELVAGE_VISIBLE void* operator new(std::size_t size, std::align_val_t a) {
  return new_or_throw(size, static_cast<std::size_t>(a));
}
SELVAGE_VISIBLE void* operator new[](std::size_t size, std::align_val_t a) {
  return new_or_throw(size, static_cast<std::size_t>(a));
}
SELVAGE_VISIBLE void* operator new(std::size_t size, std::align_val_t a, const std::nothrow_t&) noexcept {
  return allocate(size, static_cast<std::size_t>(a));
}
SELVAGE_VISIBLE void* operator new[](std::size_t size, std::align_val_t a, const std::nothrow_t&) noexcept {
  return allocate(size, static_cast<std::size_t>(a));
}
SELVAGE_VISIBLE void operator delete(void* p) noexcept { release(p, SELVAGE_CALLER); }
SELVAGE_VISIBLE void operator delete[](void* p) noexcept { release(p, SELVAGE_CALLER); }
SELVAGE_VISIBLE void operator delete(void* p, std::size_t) noexcept { release(p, SELVAGE_CALLER); }
SELVAGE_VISIBLE void operator delete[](void* p, std::size_t) noexcept { release(p, SELVAGE_CALLER); }
SELVAGE_VISIBLE void operator delete(void* p, const std::nothrow_t&) noexcept { release(p, SELVAGE_CALLER); }
SELVAGE_VISIBLE void operator delete[](void* p, const std::nothrow_t&) noexcept {
  release(p, SELVAGE_CALLER);
}
SELVAGE_VISIBLE void operator delete(void* p, std::align_val_t) noexcept { release(p, SELVAGE_CALLER); }
SELVAGE_VISIBLE void operator delete[](void* p, std::align_val_t) noexcept { release(p, SELVAGE_CALLER); }
SELVAGE_VISIBLE void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  release(p, SELVAGE_CALLER);
}
SELVAGE_VISIBLE void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
  release(p, SELVAGE_CALLER);
}
SELVAGE_VISIBLE void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept {
  release(p, SELVAGE_CALLER);
}
SELVAGE_VISIBLE void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept {
  release(p, SELVAGE_CALLER);
}
