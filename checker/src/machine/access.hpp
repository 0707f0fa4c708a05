// Plain and atomic accesses to memory on their way through the race detector.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "machine/machine.hpp"

namespace selvage::machine {

/// A race of the current execution.
struct PendingRace {
  race::Race race;
  std::string key;
  std::string message;
  std::uint64_t threads = 0;
  std::uint64_t address = 0;  ///< of the later access
  std::uint32_t size = 0;
  std::vector<std::uint64_t> stack;  ///< of the later access, while recording
};

/// The first access to a granule since a state was put back.
void plain_first(std::uint64_t address, std::uint32_t size, std::uint8_t flags, std::uint64_t pc);
void plain_slow(std::uint64_t address, std::uint32_t size, std::uint8_t flags, std::uint64_t pc);
/// Notes a plain access to one granule and looks for races.
void granule(race::Cell* cell, std::uint64_t address, std::uint8_t mask, std::uint8_t flags,
             std::uint64_t pc);
/// The first access by another thread to a part of a stack.
void plain_sharing(std::uint64_t address, std::uint32_t size, std::uint8_t flags, std::uint64_t pc);

/// Is `address` on the stack of `t`?
inline bool on_own_stack(const Thread& t, std::uint64_t address) {
  return address - t.stack_low < Stacks::kSize;
}

/// Before what is called last from a hook, and so has the first frame below the program's: clang++ aligns the stack by a push of
/// rax, whatever that holds, and this must not remain there (Machine::clean_stacks).
[[gnu::always_inline]] inline void forget_scratch() {
#ifdef __clang__
  asm volatile("xorl %%eax, %%eax" ::: "rax");
#endif
}

/// A plain access of 1, 2, 4, 8 or 16 bytes; for a write, before it happens. What is rare is left to functions called last,
/// so that all the rest needs no frame.
inline void plain(std::uint64_t address, std::uint32_t size, std::uint8_t flags, std::uint64_t pc) {
  if (!g.in_program) return;
  Thread& t = *g.self;
  const std::uint64_t offset = address & 7;
  race::Cell* const cell = g.shadow.known_cell(address);
  if (offset + size > 8 || ++t.plain_since_event > kPlainLimit || g.careful || cell == nullptr) [[unlikely]] {
    forget_scratch();
    plain_slow(address, size, flags, pc);
    return;
  }
  if (!g.shadow.refresh(cell)) [[unlikely]] {
    forget_scratch();
    plain_first(address, size, flags, pc);
    return;
  }
  const auto mask = static_cast<std::uint8_t>(((1U << size) - 1) << offset);
  if ((cell->visible_mask & mask) != 0 || ((flags & race::kWrite) != 0 && cell->foreign == 0)) [[unlikely]] {
    forget_scratch();
    plain_slow(address, size, flags, pc);
    return;
  }
  const bool own = on_own_stack(t, address);
  if (!own && cell->shared != race::kShared && g.stacks.contains(address)) [[unlikely]] {
    forget_scratch();
    plain_sharing(address, size, flags, pc);
    return;
  }
  if ((flags & race::kWrite) != 0 && (!own || cell->shared != 0)) {
    ++g.progress;
    ++t.own_writes;
  }
  if (race::Shadow::access_fast(cell, t.id, t.clock, mask, flags, pc)) return;
  forget_scratch();
  granule(cell, address, mask, flags, pc);
}

/// A plain access to [address, address + size), any size.
void range(std::uint64_t address, std::uint64_t size, std::uint8_t flags, std::uint64_t pc);
/// The race check of an atomic access, which is an event of its own; flags without kAtomic.
void atomic_access(std::uint64_t address, std::uint32_t size, std::uint8_t flags, std::uint64_t pc);
/// A block is freed: a write to all of it, and every later access is a use after free.
void free_range(std::uint64_t address, std::uint64_t size, std::uint64_t pc);

/// Plain accesses to an atomic object are looked at more closely: they may be its initialisation.
void watch_atomic(std::uint64_t address, std::uint32_t size);
void mark_visible(std::uint64_t address, std::uint32_t size);
void unmark_visible(std::uint64_t address, std::uint32_t size);
/// Makes the plain accesses to the race's location events; false where they are already.
bool make_visible(const PendingRace& race);

void new_execution_of_accesses();
/// The races of the execution that has just ended.
std::vector<PendingRace> take_races();
const std::vector<PendingRace>& pending_races();
/// Are there any so far?
bool races_pending();

// record.cpp
void finish_recording(report::RawViolation& violation);

}  // namespace selvage::machine
