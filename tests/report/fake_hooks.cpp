// The ThreadSanitizer hooks that the small programs of these tests call; they do nothing.
#include <cstddef>
#include <cstring>

#define HOOK(name) \
  void name(void*) {}
#define SIZES(name) HOOK(name##1) HOOK(name##2) HOOK(name##4) HOOK(name##8) HOOK(name##16)

extern "C" {
void __tsan_init() {}
HOOK(__tsan_func_entry)
void __tsan_func_exit() {}
SIZES(__tsan_read)
SIZES(__tsan_write)
SIZES(__tsan_unaligned_read)
SIZES(__tsan_unaligned_write)
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
void __tsan_read_range(void*, std::size_t) {}
void __tsan_write_range(void*, std::size_t) {}
void* __tsan_memcpy(void* to, const void* from, std::size_t size) { return std::memcpy(to, from, size); }
void* __tsan_memset(void* to, int value, std::size_t size) { return std::memset(to, value, size); }
void* __tsan_memmove(void* to, const void* from, std::size_t size) { return std::memmove(to, from, size); }
}
