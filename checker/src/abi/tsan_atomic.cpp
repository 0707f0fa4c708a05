// The door for atomic accesses: __tsan_atomic{8,16,32,64,128}_*.
#include <cstdint>

#include "abi/export.hpp"
#include "machine/access.hpp"
#include "machine/changes.hpp"
#include "machine/machine.hpp"
#include "memory/assembly.hpp"
#include "memory/sc.hpp"

namespace {

using selvage::machine::AtomicKind;
using selvage::machine::Door;
using selvage::machine::g;
using selvage::machine::order_at;
using selvage::machine::orders_at;
namespace memory = selvage::memory;

using a8 = std::uint8_t;
using a16 = std::uint16_t;
using a32 = std::uint32_t;
using a64 = std::uint64_t;
__extension__ using a128 = unsigned __int128;

// Outside an exploration: what the program asked for, always sequentially consistent.
template <typename T>
T native_load(const volatile T* p) {
  if constexpr (sizeof(T) == 16) {
    return __sync_val_compare_and_swap(const_cast<volatile T*>(p), T{0}, T{0});
  } else {
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);
  }
}
template <typename T>
bool native_cas(volatile T* p, T* expected, T desired) {
  const T seen = __sync_val_compare_and_swap(p, *expected, desired);
  if (seen == *expected) return true;
  *expected = seen;
  return false;
}
template <typename T, typename Change>
T native_update(volatile T* p, Change change) {
  T before = native_load(p);
  while (!native_cas(p, &before, change(before))) {
  }
  return before;
}

template <typename T, typename Change>
T update(volatile T* p, Change change, int order, std::uint64_t pc) {
  if (!g.in_program) return native_update(p, change);
  Door door;
  return memory::update(p, change, order_at(AtomicKind::update, order, pc), pc);
}

/// A hook before or after inline assembly. (Outside an exploration it has nothing to do.)
template <typename T>
T around_assembly(volatile T* p, int order, std::uint64_t pc) {
  if (!g.in_program) return T{};
  const Door door;
  if ((order & memory::kAfterAssembly) != 0) {
    memory::after_assembly(p, sizeof(T));
  } else {
    memory::before_assembly(p, sizeof(T), pc);
  }
  return T{};
}

/// g++ leaves it to this function to read `*expected`, and to write it: plain accesses like any others.
template <class T>
int compare_exchange(volatile T* p, T* expected, T desired, int success, int failure, std::uint64_t pc) {
  if (!g.in_program) return native_cas(p, expected, desired) ? 1 : 0;
  const auto place = reinterpret_cast<std::uint64_t>(expected);
  selvage::machine::plain(place, sizeof(T), selvage::race::kRead, pc);
  bool is_done = false;
  {
    const Door door;
    orders_at(&success, &failure, pc);
    is_done = memory::compare_exchange(p, expected, desired, success, failure, pc);
  }
  if (!is_done) selvage::machine::plain(place, sizeof(T), selvage::race::kWrite, pc);
  return is_done ? 1 : 0;
}

}  // namespace

// One function a size and operation, as the ABI has it.
#define SELVAGE_UPDATE(T, BITS, NAME, EXPRESSION)                                \
  SELVAGE_EXPORT T __tsan_atomic##BITS##_##NAME(volatile T* p, T v, int order) { \
    return update(                                                               \
        p, [v](T old) -> T { return EXPRESSION; }, order, SELVAGE_CALLER);       \
  }
#define SELVAGE_ATOMIC(T, BITS)                                                                           \
  SELVAGE_EXPORT T __tsan_atomic##BITS##_load(const volatile T* p, int order) {                           \
    if (!g.in_program) return native_load(p);                                                             \
    Door door;                                                                                            \
    order = order_at(AtomicKind::load, order, SELVAGE_CALLER);                                            \
    return memory::load(p, order, SELVAGE_CALLER);                                                        \
  }                                                                                                       \
  SELVAGE_EXPORT void __tsan_atomic##BITS##_store(volatile T* p, T v, int order) {                        \
    if (!g.in_program) {                                                                                  \
      native_update(p, [v](T) { return v; });                                                             \
      return;                                                                                             \
    }                                                                                                     \
    Door door;                                                                                            \
    order = order_at(AtomicKind::store, order, SELVAGE_CALLER);                                           \
    memory::store(p, v, order, SELVAGE_CALLER);                                                           \
  }                                                                                                       \
  SELVAGE_UPDATE(T, BITS, exchange, (static_cast<void>(old), v))                                          \
  SELVAGE_UPDATE(T, BITS, fetch_add, static_cast<T>(old + v))                                             \
  SELVAGE_UPDATE(T, BITS, fetch_sub, static_cast<T>(old - v))                                             \
  SELVAGE_UPDATE(T, BITS, fetch_and, static_cast<T>(old & v))                                             \
  SELVAGE_EXPORT T __tsan_atomic##BITS##_fetch_or(volatile T* p, T v, int order) {                        \
    if (order >= memory::kAssembly) [[unlikely]]                                                          \
      return around_assembly(p, order, SELVAGE_CALLER);                                                   \
    return update(                                                                                        \
        p, [v](T old) -> T { return static_cast<T>(old | v); }, order, SELVAGE_CALLER);                   \
  }                                                                                                       \
  SELVAGE_UPDATE(T, BITS, fetch_xor, static_cast<T>(old ^ v))                                             \
  SELVAGE_UPDATE(T, BITS, fetch_nand, static_cast<T>(~(old & v)))                                         \
  SELVAGE_EXPORT int __tsan_atomic##BITS##_compare_exchange_strong(volatile T* p, T* expected, T desired, \
                                                                   int success, int failure) {            \
    return compare_exchange(p, expected, desired, success, failure, SELVAGE_CALLER);                      \
  }                                                                                                       \
  SELVAGE_EXPORT int __tsan_atomic##BITS##_compare_exchange_weak(volatile T* p, T* expected, T desired,   \
                                                                 int success, int failure) {              \
    return compare_exchange(p, expected, desired, success, failure, SELVAGE_CALLER);                      \
  }                                                                                                       \
  SELVAGE_EXPORT T __tsan_atomic##BITS##_compare_exchange_val(volatile T* p, T expected, T desired,       \
                                                              int success, int failure) {                 \
    if (!g.in_program) {                                                                                  \
      native_cas(p, &expected, desired);                                                                  \
      return expected;                                                                                    \
    }                                                                                                     \
    Door door;                                                                                            \
    orders_at(&success, &failure, SELVAGE_CALLER);                                                        \
    memory::compare_exchange(p, &expected, desired, success, failure, SELVAGE_CALLER);                    \
    return expected;                                                                                      \
  }

SELVAGE_ATOMIC(a8, 8)
SELVAGE_ATOMIC(a16, 16)
SELVAGE_ATOMIC(a32, 32)
SELVAGE_ATOMIC(a64, 64)
SELVAGE_ATOMIC(a128, 128)

// libatomic's functions of 16 bytes are the same but for their names. (Those of any size: library_atomics.cpp.)
#define SELVAGE_ALIAS(RESULT, NAME, TARGET, PARAMETERS)            \
  extern "C" __attribute__((visibility("default"), alias(TARGET))) \
  RESULT selvage_16_##NAME PARAMETERS asm("__atomic_" #NAME "_16");
SELVAGE_ALIAS(a128, load, "__tsan_atomic128_load", (const volatile a128*, int))
SELVAGE_ALIAS(void, store, "__tsan_atomic128_store", (volatile a128*, a128, int))
SELVAGE_ALIAS(a128, exchange, "__tsan_atomic128_exchange", (volatile a128*, a128, int))
SELVAGE_ALIAS(int, compare_exchange, "__tsan_atomic128_compare_exchange_strong",
              (volatile a128*, a128*, a128, int, int))
SELVAGE_ALIAS(a128, fetch_add, "__tsan_atomic128_fetch_add", (volatile a128*, a128, int))
SELVAGE_ALIAS(a128, fetch_sub, "__tsan_atomic128_fetch_sub", (volatile a128*, a128, int))
SELVAGE_ALIAS(a128, fetch_and, "__tsan_atomic128_fetch_and", (volatile a128*, a128, int))
SELVAGE_ALIAS(a128, fetch_or, "__tsan_atomic128_fetch_or", (volatile a128*, a128, int))
SELVAGE_ALIAS(a128, fetch_xor, "__tsan_atomic128_fetch_xor", (volatile a128*, a128, int))

SELVAGE_EXPORT void __tsan_atomic_thread_fence(int order) {
  if (!g.in_program) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return;
  }
  Door door;
  memory::fence(order_at(AtomicKind::fence, order, SELVAGE_CALLER), SELVAGE_CALLER);
}
SELVAGE_EXPORT void __tsan_atomic_signal_fence(int /*order*/) {}
