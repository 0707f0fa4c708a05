// Inline assembly that is an atomic step on one place: Selvage's compiler plugins put a hook before it and one after.
//
// Between the two nothing else runs, so that the instruction is a read-modify-write like any other, of order seq_cst (a locked
// instruction is a full barrier), that the machine itself carries out. What it does to the value is seen by looking. An execution graph
// would have to be told beforehand: a search for those does not know the program.
#pragma once

#include <cstdint>

namespace selvage::memory {

/// The hooks are calls of __tsan_atomicN_fetch_or(p, 0, order), which other runtimes take for what it is; the order says more.
/// ThreadSanitizer's own looks at its low 15 bits alone. (checker/plugin_common/atomic_assembly.hpp)
inline constexpr int kAssembly = 1 << 20, kAfterAssembly = 1 << 21;

/// `size`: 1, 2, 4, 8 or 16 bytes.
void before_assembly(const volatile void* address, std::uint32_t size, std::uint64_t pc);
/// Of the same thread, before it does anything else.
void after_assembly(const volatile void* address, std::uint32_t size);

}  // namespace selvage::memory
