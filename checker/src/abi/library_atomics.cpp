// libatomic's functions: where a compiler does not know how to access 16 bytes (or any other size) atomically it
// calls them, and ThreadSanitizer's hooks do not see the access.
#include <cstdint>

#include "abi/export.hpp"
#include "machine/access.hpp"
#include "machine/changes.hpp"
#include "machine/machine.hpp"
#include "memory/sc.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine
namespace memory = selvage::memory;

namespace {

class Native {
 public:
  Native() {
    while (__atomic_test_and_set(&g_busy, __ATOMIC_SEQ_CST)) __builtin_ia32_pause();
  }
  ~Native() { __atomic_clear(&g_busy, __ATOMIC_SEQ_CST); }
  Native(const Native&) = delete;
  Native& operator=(const Native&) = delete;

 private:
  static inline bool g_busy = false;
};

bool same(const void* a, const void* b, std::size_t n) {
  const auto* x = static_cast<const unsigned char*>(a);
  const auto* y = static_cast<const unsigned char*>(b);
  for (std::size_t i = 0; i < n; ++i) {
    if (x[i] != y[i]) return false;
  }
  return true;
}

void swap_bytes(std::size_t n, void* p, const void* value, void* result) {
  auto* bytes = static_cast<unsigned char*>(p);
  const auto* from = static_cast<const unsigned char*>(value);
  auto* to = static_cast<unsigned char*>(result);
  for (std::size_t i = 0; i < n; ++i) {  // `value` and `result` may be the same
    const unsigned char old = bytes[i];
    bytes[i] = from[i];
    to[i] = old;
  }
}

/// Announces the access; the caller then performs it.
selvage::sync::Object* announce(EventKind kind, const volatile void* p, std::size_t n, int order,
                                std::uint64_t pc, int failure = -1) {
  return memory::announce(kind, p, static_cast<std::uint32_t>(n), order, pc, failure);
}
void check(const volatile void* p, std::size_t n, std::uint8_t flags, std::uint64_t pc) {
  atomic_access(reinterpret_cast<std::uint64_t>(p), static_cast<std::uint32_t>(n), flags, pc);
}
/// What an operation is given and gives back are plain accesses, all before the operation itself. (What it gives back is
/// written after it, but always: it races with what is before the operation, too.)
void operand(const void* p, std::size_t n, std::uint8_t flags, std::uint64_t pc) {
  if (g.in_program) range(reinterpret_cast<std::uint64_t>(p), n, flags, pc);
}
std::uint64_t low_word(const void* p, std::size_t n) {
  std::uint64_t word = 0;
  __builtin_memcpy(&word, p, n < 8 ? n : 8);
  return word;
}

void load(std::size_t n, const volatile void* p, void* result, int order, std::uint64_t pc) {
  Door door;
  order = order_at(AtomicKind::load, order, pc);
  auto* o = announce(EventKind::atomic_load, p, n, order, pc);
  __builtin_memcpy(result, const_cast<const void*>(p), n);
  memory::note_read(o, order);
  check(p, n, selvage::race::kRead, pc);
  if (g.recording) memory::tell(true, low_word(result, n), false, 0);
}
void store(std::size_t n, volatile void* p, const void* value, int order, std::uint64_t pc) {
  Door door;
  order = order_at(AtomicKind::store, order, pc);
  auto* o = announce(EventKind::atomic_store, p, n, order, pc);
  check(p, n, selvage::race::kWrite, pc);
  if (!same(const_cast<const void*>(p), value, n)) changed();
  __builtin_memcpy(const_cast<void*>(p), value, n);
  memory::note_store(o, order);
  if (g.recording) memory::tell(false, 0, true, low_word(value, n));
}
void exchange(std::size_t n, volatile void* p, const void* value, void* result, int order, std::uint64_t pc) {
  Door door;
  order = order_at(AtomicKind::update, order, pc);
  auto* o = announce(EventKind::atomic_rmw, p, n, order, pc);
  memory::note_read(o, order);
  check(p, n, selvage::race::kWrite, pc);
  if (!same(const_cast<const void*>(p), value, n)) changed();
  const std::uint64_t before = low_word(const_cast<const void*>(p), n), after = low_word(value, n);
  swap_bytes(n, const_cast<void*>(p), value, result);
  memory::note_written_by_rmw(o, order);
  if (g.recording) memory::tell(true, before, true, after);
}
bool compare_exchange(std::size_t n, volatile void* p, void* expected, const void* desired, int success,
                      int failure, std::uint64_t pc) {
  Door door;
  orders_at(&success, &failure, pc);
  auto* o = announce(EventKind::atomic_cas, p, n, success, pc, failure);
  void* here = const_cast<void*>(p);
  const std::uint64_t before = low_word(here, n);
  if (same(here, expected, n)) {
    memory::note_read(o, success);
    check(p, n, selvage::race::kWrite, pc);
    if (!same(here, desired, n)) changed();
    __builtin_memcpy(here, desired, n);
    memory::note_written_by_rmw(o, success);
    if (g.recording) memory::tell(true, before, true, low_word(desired, n));
    return true;
  }
  memory::note_read(o, failure);
  check(p, n, selvage::race::kRead, pc);
  __builtin_memcpy(expected, here, n);
  if (g.recording) memory::tell(true, before, false, 0);
  return false;
}

}  // namespace

// Outside an exploration every access of this kind in the process comes through here, and one lock does for all.
#define SELVAGE_NAMED(RESULT, NAME, SYMBOL, PARAMETERS)                                           \
  extern "C" __attribute__((visibility("default"))) RESULT selvage_##NAME PARAMETERS asm(SYMBOL); \
  extern "C" RESULT selvage_##NAME PARAMETERS

SELVAGE_NAMED(void, any_load, "__atomic_load",
              (std::size_t n, const volatile void* p, void* result, int order)) {
  operand(result, n, selvage::race::kWrite, SELVAGE_CALLER);
  if (g.in_program) return load(n, p, result, order, SELVAGE_CALLER);
  const Native lock;
  __builtin_memcpy(result, const_cast<const void*>(p), n);
}
SELVAGE_NAMED(void, any_store, "__atomic_store",
              (std::size_t n, volatile void* p, const void* value, int order)) {
  operand(value, n, selvage::race::kRead, SELVAGE_CALLER);
  if (g.in_program) return store(n, p, value, order, SELVAGE_CALLER);
  const Native lock;
  __builtin_memcpy(const_cast<void*>(p), value, n);
}
SELVAGE_NAMED(void, any_exchange, "__atomic_exchange",
              (std::size_t n, volatile void* p, const void* value, void* result, int order)) {
  operand(value, n, selvage::race::kRead, SELVAGE_CALLER);
  operand(result, n, selvage::race::kWrite, SELVAGE_CALLER);
  if (g.in_program) return exchange(n, p, value, result, order, SELVAGE_CALLER);
  const Native lock;
  swap_bytes(n, const_cast<void*>(p), value, result);
}
SELVAGE_NAMED(bool, any_compare_exchange, "__atomic_compare_exchange",
              (std::size_t n, volatile void* p, void* expected, const void* desired, int success,
               int failure)) {
  operand(expected, n, selvage::race::kRead, SELVAGE_CALLER);
  operand(desired, n, selvage::race::kRead, SELVAGE_CALLER);
  if (g.in_program) {
    const bool done = compare_exchange(n, p, expected, desired, success, failure, SELVAGE_CALLER);
    if (!done) operand(expected, n, selvage::race::kWrite, SELVAGE_CALLER);
    return done;
  }
  const Native lock;
  const bool equal = same(const_cast<const void*>(p), expected, n);
  if (equal) {
    __builtin_memcpy(const_cast<void*>(p), desired, n);
  } else {
    __builtin_memcpy(expected, const_cast<const void*>(p), n);
  }
  return equal;
}
SELVAGE_NAMED(bool, is_lock_free, "__atomic_is_lock_free", (std::size_t n, const volatile void* p)) {
  return (n == 1 || n == 2 || n == 4 || n == 8) && reinterpret_cast<std::uint64_t>(p) % n == 0;
}
