// The door for plain accesses: what -fsanitize=thread puts before every load and store.
#include <cstdint>

#include "abi/export.hpp"
#include "machine/access.hpp"

namespace {

using selvage::machine::plain;
using selvage::race::kRead;
using selvage::race::kWrite;

inline std::uint64_t at(const volatile void* p) { return reinterpret_cast<std::uint64_t>(p); }

}  // namespace

// The ABI has one function a size, kind and direction: this is what the macros are for.
#define SELVAGE_PC reinterpret_cast<std::uint64_t>(__builtin_return_address(0))
#define SELVAGE_ACCESS(NAME, SIZE, KIND) \
  SELVAGE_EXPORT void NAME(void* p) { plain(at(p), SIZE, KIND, SELVAGE_PC); }
#define SELVAGE_SIZE(SIZE)                                            \
  SELVAGE_ACCESS(__tsan_read##SIZE, SIZE, kRead)                      \
  SELVAGE_ACCESS(__tsan_write##SIZE, SIZE, kWrite)                    \
  SELVAGE_ACCESS(__tsan_volatile_read##SIZE, SIZE, kRead)             \
  SELVAGE_ACCESS(__tsan_volatile_write##SIZE, SIZE, kWrite)           \
  SELVAGE_ACCESS(__tsan_unaligned_read##SIZE, SIZE, kRead)            \
  SELVAGE_ACCESS(__tsan_unaligned_write##SIZE, SIZE, kWrite)          \
  SELVAGE_ACCESS(__tsan_unaligned_volatile_read##SIZE, SIZE, kRead)   \
  SELVAGE_ACCESS(__tsan_unaligned_volatile_write##SIZE, SIZE, kWrite) \
  SELVAGE_EXPORT void __tsan_read_write##SIZE(void* p) {              \
    plain(at(p), SIZE, kRead, SELVAGE_PC);                            \
    plain(at(p), SIZE, kWrite, SELVAGE_PC);                           \
  }                                                                   \
  SELVAGE_EXPORT void __tsan_unaligned_read_write##SIZE(void* p) {    \
    plain(at(p), SIZE, kRead, SELVAGE_PC);                            \
    plain(at(p), SIZE, kWrite, SELVAGE_PC);                           \
  }

SELVAGE_SIZE(1)
SELVAGE_SIZE(2)
SELVAGE_SIZE(4)
SELVAGE_SIZE(8)
SELVAGE_SIZE(16)

SELVAGE_EXPORT void __tsan_vptr_update(void** vptr, void* value) {
  if (*vptr != value) plain(at(vptr), sizeof value, kWrite, SELVAGE_PC);
}
SELVAGE_EXPORT void __tsan_vptr_read(void** vptr) { plain(at(vptr), sizeof *vptr, kRead, SELVAGE_PC); }
SELVAGE_EXPORT void __tsan_read_range(void* p, unsigned long size) {
  selvage::machine::range(at(p), size, kRead, SELVAGE_PC);
}
SELVAGE_EXPORT void __tsan_write_range(void* p, unsigned long size) {
  selvage::machine::range(at(p), size, kWrite, SELVAGE_PC);
}

// Accesses that programs ask for by name (<sanitizer/common_interface_defs.h>).
#define SELVAGE_UNALIGNED(BITS)                                                               \
  SELVAGE_EXPORT std::uint##BITS##_t __sanitizer_unaligned_load##BITS(const void* p) {        \
    plain(at(p), BITS / 8, kRead, SELVAGE_PC);                                                \
    std::uint##BITS##_t value;                                                                \
    __builtin_memcpy(&value, p, sizeof value);                                                \
    return value;                                                                             \
  }                                                                                           \
  SELVAGE_EXPORT void __sanitizer_unaligned_store##BITS(void* p, std::uint##BITS##_t value) { \
    plain(at(p), BITS / 8, kWrite, SELVAGE_PC);                                               \
    __builtin_memcpy(p, &value, sizeof value);                                                \
  }

SELVAGE_UNALIGNED(16)
SELVAGE_UNALIGNED(32)
SELVAGE_UNALIGNED(64)
