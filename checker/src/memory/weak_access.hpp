// The door to weak memory for one atomic access: announced, checked for races, performed, and memory kept in step.
#pragma once

#include <cstdint>

#include "machine/op.hpp"
#include "memory/weak.hpp"

namespace selvage::memory {

/// `kind` tells what is done. Returns once it is; may not return (the execution ends).
Performed weak_access(machine::EventKind kind, Access access, const volatile void* address,
                      std::uint32_t size, int order, int failure_order, std::uint64_t pc,
                      const Change& change);
void weak_fence(int order, std::uint64_t pc);
/// A plain access of which some bytes are visible; a write, before it happens. Announced, and performed.
void weak_plain_access(const machine::Op& op);
/// What the kernel sees at `word` when a thread goes to sleep there: the newest value, but not an older one than those who
/// woke sleepers before, as `seen` tells, have written.
std::uint32_t weak_futex_word(std::uint64_t word, const race::VectorClock& seen, std::uint64_t pc);
/// The plain write that its thread announced last has happened by now.
void settle_weak_write(int thread);
/// Is there any such write?
bool weak_writes_unsettled();
/// A plain write to, or the end of, what may have been accessed atomically.
void weak_forget(std::uint64_t address, std::uint64_t size);
/// A new execution begins.
void new_weak_execution();

/// Between a value of a type and its bytes.
template <typename T>
Value to_value(T v) {
  if constexpr (sizeof(T) == 16) {
    return {static_cast<std::uint64_t>(v), static_cast<std::uint64_t>(v >> 64)};
  } else {
    return {static_cast<std::uint64_t>(v), 0};
  }
}
template <typename T>
T from_value(const Value& v) {
  if constexpr (sizeof(T) == 16) {
    return static_cast<T>(v.high) << 64 | static_cast<T>(v.low);
  } else {
    return static_cast<T>(v.low);
  }
}

}  // namespace selvage::memory
