#include "machine/access.hpp"
#include "memory/weak_access.hpp"

#include "machine/crash.hpp"
#include "machine/process.hpp"
#include "machine/spaces.hpp"
#include "machine/symmetry.hpp"

#include <algorithm>
#include <bit>

namespace selvage::machine {

namespace {

using race::kAtomic;
using race::kFree;
using race::kRead;
using race::kWrite;

std::vector<PendingRace> g_races;

const char* access_name(std::uint8_t flags) {
  if ((flags & kFree) != 0) return "free";
  if ((flags & kAtomic) != 0) return (flags & kWrite) != 0 ? "atomic write" : "atomic read";
  return (flags & kWrite) != 0 ? "write" : "read";
}

/// Are plain accesses to some of these bytes events?
bool is_visible(std::uint64_t address, std::uint64_t size) {
  return std::any_of(g.visible.begin(), g.visible.end(), [&](const auto& location) {
    return location.first < address + size && address < location.first + location.second;
  });
}

__attribute__((noinline)) void collision(const race::Race& race, std::uint64_t address, std::uint32_t size,
                                         std::uint8_t mask, std::uint8_t flags, bool known) {
  const race::Record& earlier = race.earlier;
  if ((earlier.flags & race::kElsewhere) != 0) {
    violation(Verdict::crash,
              std::string("T") + std::to_string(g.current) + "'s " + access_name(flags) + " at " +
                  name_of(address) + " is to a block that T" + std::to_string(earlier.thread) +
                  " has in the private memory of another process",
              bit(earlier.thread));
  }
  if ((earlier.flags & kFree) != 0) {
    if ((flags & kFree) != 0)
      violation(Verdict::double_free, "the block at " + name_of(address) + " is freed twice");
    violation(Verdict::use_after_free,
              std::string("T") + std::to_string(g.current) + "'s " + access_name(flags) + " of " +
                  std::to_string(size) + " bytes at " + name_of(address) + " touches a block that T" +
                  std::to_string(earlier.thread) + " has freed",
              bit(earlier.thread));
  }
  if (uses_symmetry() && explains_race(earlier, address)) return;
  if (known) return;  // its accesses are events already: the race was reported when it was found
  if (g.options.races == Races::ignore) {
    g.race_ignored = true;
    g.race_ignored_ever = true;
    return;
  }
  if (g.options.search == Search::directed) return;
  const auto first = static_cast<std::uint32_t>(std::countr_zero(static_cast<unsigned>(earlier.mask & mask)));
  // One report a place: the other pairs of accesses to it have the same remedy.
  std::string key = "race " + std::to_string(address & ~7ULL);
  const bool seen =
      std::any_of(g_races.begin(), g_races.end(), [&](const PendingRace& r) { return r.key == key; });
  if (seen) return;
  self().deep_remains = true;
  PendingRace p;
  p.race = race;
  p.race.granule = address & ~7ULL;
  p.key = std::move(key);
  p.address = address;
  p.size = size;
  p.threads = bit(g.current) | bit(earlier.thread);
  p.message = "data race on " + name_of((address & ~7ULL) + first) + ": " + access_name(earlier.flags) +
              " by T" + std::to_string(earlier.thread) + " and " + access_name(flags) + " by T" +
              std::to_string(g.current) + " are not ordered by happens-before";
  if (g.recording) {
    p.stack = backtrace();
    const auto common = static_cast<unsigned>(earlier.mask & mask);
    note_race_access(p.key, 0, earlier.thread, (address & ~7ULL) + first,
                     static_cast<std::uint32_t>(std::bit_width(common)) - first, earlier.flags);
    note_race_access(p.key, 1, g.current, address, size, flags);
  }
  g_races.push_back(std::move(p));
  if (g.options.races == Races::stop) {
    // The race is the violation; take_races() hands it on.
    end_execution(Ending::How::cut);
  }
}

/// First plain write to a granule in this exploration: must the runtime itself put it back?
void note_first_write(race::Cell* cell, std::uint64_t address) {
  cell->foreign = 1;
  if (g.arena.contains(reinterpret_cast<void*>(address)) || g.stacks.contains(address)) return;
  if (g.segments.contains(address) || g.shared_memory.contains(address) || noted_by_a_process(address))
    return;
  g.foreign.note(address & ~7ULL);
}

__attribute__((noinline)) void share(race::Cell* cell, std::uint64_t address) {
  if (g.forked) check_stack_is_own(address);
  if (cell->shared == 0) g.shared_stack.push_back(address & ~7ULL);
  cell->shared = race::kShared;
  if (g.weak != nullptr) note_lent(address & ~7ULL);
}

/// From the first access by another thread, part of a stack is memory like any other.
inline void note_sharing(race::Cell* cell, std::uint64_t address) {
  if (!g.stacks.contains(address) || cell->shared == race::kShared || on_own_stack(self(), address))
      [[likely]]
    return;
  share(cell, address);
}

// Frames of their own below the door's: epochs in them would remain on the program's stack (machine/spin.cpp).

__attribute__((noinline)) void check_granule(race::Cell* cell, std::uint64_t address, std::uint8_t mask,
                                             std::uint8_t flags, std::uint64_t pc) {
  race::Race race{};
  Thread& t = self();
  if (!g.shadow.access(cell, t.id, t.clock, mask, flags, pc, &race)) return;
  while (g.forked && overwrites_copy(cell, race.earlier, address, mask, flags)) {
    if (!g.shadow.access(cell, t.id, t.clock, mask, flags, pc, &race)) return;
  }
  collision(
      race, address, static_cast<std::uint32_t>(std::popcount(static_cast<unsigned>(mask))), mask, flags,
      (cell->visible_mask & mask) != 0 &&
          (g.weak == nullptr ||
           is_visible(address, static_cast<std::uint32_t>(std::popcount(static_cast<unsigned>(mask))))));
}

/// The bytes of [address, last] that are in the granule at `granule`, a bit each.
std::uint8_t mask_of(std::uint64_t granule, std::uint64_t address, std::uint64_t last) {
  const std::uint64_t low = std::max(granule, address) - granule,
                      high = std::min(granule + 7, last) - granule;
  return static_cast<std::uint8_t>((0xffU >> (7 - (high - low))) << low);
}

__attribute__((noinline)) void check_plain(std::uint64_t address, std::uint32_t size, std::uint8_t flags,
                                           std::uint64_t pc) {
  Thread& t = self();
  const bool write = (flags & kWrite) != 0;
  if (g.recording) settle_write(t.id);
  if (write && g.options.crash_children && SharedMemory::contains(address)) may_crash();
  bool event = false;
  const std::uint64_t last = address + size - 1;
  for (std::uint64_t a = address & ~7ULL; a <= last; a += 8) {
    const std::uint8_t mask = mask_of(a, address, last);
    if ((g.shadow.fresh_cell(a)->visible_mask & mask) != 0) event = true;
  }
  if (event && g.weak != nullptr) event = is_visible(address, size);
  if (event) {
    Op op;
    op.kind = write ? EventKind::plain_write : EventKind::plain_read;
    op.footprint = write ? Footprint::write : Footprint::read;
    op.address = address;
    op.size = size;
    op.pc = pc;
    if (g.weak != nullptr) {
      memory::weak_plain_access(op);
    } else {
      visible(op);
    }
  } else if (t.plain_since_event > kPlainLimit) {
    preempt();
  }
  if (g.weak != nullptr && write && !event) memory::weak_forget(address, size);
  if (g.recording) record_access(address, size, write, pc);
  for (std::uint64_t a = address & ~7ULL; a <= last; a += 8) {
    const std::uint8_t mask = mask_of(a, address, last);
    race::Cell* cell = g.shadow.fresh_cell(a);
    if (write && cell->foreign == 0) note_first_write(cell, a);
    note_sharing(cell, a);
    if (write && (!on_own_stack(t, a) || cell->shared != 0)) {
      ++g.progress;
      ++t.own_writes;
    }
    check_granule(cell, std::max(a, address), mask, flags, pc);
  }
}

/// May this access be noted without a Door? Where stacks are to stay clean only if the compiler keeps what that takes in
/// registers: g++ does, clang++ puts some of it below the stack pointer, where nothing would wipe it.
bool needs_no_door() {
#ifdef __clang__
  return !g.clean_stacks;
#else
  return !g.clean_stacks || g.stepping;
#endif
}

__attribute__((noinline)) void granule_slow(race::Cell* cell, std::uint64_t address, std::uint8_t mask,
                                            std::uint8_t flags, std::uint64_t pc) {
  const Thread& t = self();
  if (needs_no_door() && race::Shadow::access_unraced(cell, t.id, t.clock, mask, flags, pc)) return;
  Door door;
  check_granule(cell, address, mask, flags, pc);
}

}  // namespace

__attribute__((noinline)) void granule(race::Cell* cell, std::uint64_t address, std::uint8_t mask,
                                       std::uint8_t flags, std::uint64_t pc) {
  const Thread& t = self();
  if (needs_no_door() && race::Shadow::access_ordered(cell, t.id, t.clock, mask, flags, pc)) return;
  forget_scratch();
  granule_slow(cell, address, mask, flags, pc);
}

namespace {

__attribute__((noinline)) void note_sharing_of(std::uint64_t address) {
  note_sharing(g.shadow.fresh_cell(address), address);
}

__attribute__((noinline)) void note_sharing_cleanly(std::uint64_t address) {
  Door door;
  note_sharing_of(address);
}

}  // namespace

__attribute__((noinline)) void plain_sharing(std::uint64_t address, std::uint32_t size, std::uint8_t flags,
                                             std::uint64_t pc) {
  note_sharing_cleanly(address);
  plain(address, size, flags, pc);
}

namespace {

__attribute__((noinline)) bool touch_first(std::uint64_t address) {
  return g.shadow.touch_first(g.shadow.known_cell(address), address);
}

/// The same, of which nothing remains on the stack: what the compiler puts there is in the inner function's frame.
__attribute__((noinline)) bool touch_first_cleanly(std::uint64_t address) {
  Door door;
  return touch_first(address);
}

}  // namespace

__attribute__((noinline)) void plain_first(std::uint64_t address, std::uint32_t size, std::uint8_t flags,
                                           std::uint64_t pc) {
  if (!touch_first_cleanly(address)) {
    plain_slow(address, size, flags, pc);
    return;
  }
  --g.self->plain_since_event;  // it is counted again
  plain(address, size, flags, pc);
}

__attribute__((noinline)) void plain_slow(std::uint64_t address, std::uint32_t size, std::uint8_t flags,
                                          std::uint64_t pc) {
  Door door;
  check_plain(address, size, flags, pc);
}

void range(std::uint64_t address, std::uint64_t size, std::uint8_t flags, std::uint64_t pc) {
  if (!g.in_program || size == 0) return;
  // In pieces that an event can stand for: one event a granule would make copies needlessly divisible.
  constexpr std::uint64_t kPiece = 1 << 20;
  while (size > 0) {
    const auto piece = static_cast<std::uint32_t>(std::min(size, kPiece));
    ++self().plain_since_event;
    plain_slow(address, piece, flags, pc);
    address += piece;
    size -= piece;
  }
}

namespace {

inline void atomic_granule(std::uint64_t granule, std::uint8_t mask, std::uint8_t flags, std::uint64_t pc) {
  race::Cell* cell = g.shadow.fresh_cell(granule);
  if ((flags & kWrite) != 0 && cell->foreign == 0) note_first_write(cell, granule);
  note_sharing(cell, granule);
  const Thread& t = self();
  if (race::Shadow::access_unraced(cell, t.id, t.clock, mask, flags, pc)) return;
  const auto first = static_cast<std::uint64_t>(std::countr_zero(static_cast<unsigned>(mask)));
  check_granule(cell, granule + first, mask, flags, pc);
}

}  // namespace

void atomic_access(std::uint64_t address, std::uint32_t size, std::uint8_t flags, std::uint64_t pc) {
  const std::uint64_t last = address + size - 1, offset = address & 7;
  if (offset + size <= 8) [[likely]] {
    const auto mask = static_cast<std::uint8_t>(((1U << size) - 1) << offset);
    atomic_granule(address - offset, mask, static_cast<std::uint8_t>(flags | kAtomic), pc);
    return;
  }
  for (std::uint64_t a = address & ~7ULL; a <= last; a += 8) {
    atomic_granule(a, mask_of(a, address, last), static_cast<std::uint8_t>(flags | kAtomic), pc);
  }
}

void free_range(std::uint64_t address, std::uint64_t size, std::uint64_t pc) {
  if (size == 0) return;
  // Where accesses to the block are events, so is its end: it may come before them and after.
  if (is_visible(address, size)) {
    Op op;
    op.kind = EventKind::free;
    op.footprint = Footprint::write;
    op.address = address;
    op.size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, UINT32_MAX));
    op.pc = pc;
    visible(op);
  }
  if (g.weak != nullptr) memory::weak_forget(address, size);
  if (g.recording) record_free(address, static_cast<std::uint32_t>(size));
  const std::uint64_t last = address + size - 1;
  for (std::uint64_t a = address & ~7ULL; a <= last; a += 8) {
    const std::uint8_t mask = mask_of(a, address, last);
    race::Cell* cell = g.shadow.fresh_cell(a);
    const Thread& t = self();
    if (race::Shadow::access_unraced(cell, t.id, t.clock, mask, kWrite | kFree, pc)) continue;
    check_granule(cell, a, mask, kWrite | kFree, pc);
  }
}

void watch_atomic(std::uint64_t address, std::uint32_t size) {
  const race::Cell* cell = g.shadow.known_cell(address);
  if (size > 8 || cell == nullptr || (cell->visible_mask >> (address & 7) & 1) == 0)
    mark_visible(address, size);
}

void mark_visible(std::uint64_t address, std::uint32_t size) {
  for (std::uint64_t a = address; a < address + size; ++a) {
    g.shadow.cell(a)->visible_mask |= static_cast<std::uint8_t>(1U << (a & 7));
  }
}

void unmark_visible(std::uint64_t address, std::uint32_t size) {
  for (std::uint64_t a = address; a < address + size; ++a) {
    g.shadow.cell(a)->visible_mask &= static_cast<std::uint8_t>(~(1U << (a & 7)));
  }
}

bool make_visible(const PendingRace& r) {
  // The bytes of both accesses in the granule that they share.
  const std::uint64_t granule = r.race.granule;
  std::uint8_t mask = r.race.earlier.mask;
  for (std::uint32_t i = 0; i < r.size; ++i) {
    if (((r.address + i) & ~7ULL) == granule) mask |= static_cast<std::uint8_t>(1U << ((r.address + i) & 7));
  }
  bool more = false;
  for (unsigned low = 0; low < 8; ++low) {
    if ((mask >> low & 1) == 0) continue;
    unsigned high = low;
    while (high + 1 < 8 && (mask >> (high + 1) & 1) != 0) ++high;
    const std::uint64_t address = granule + low;
    const std::uint32_t size = high - low + 1;
    bool all = true;
    for (std::uint32_t i = 0; i < size; ++i) {
      all = all && (g.shadow.cell(address + i)->visible_mask >> ((address + i) & 7) & 1) != 0;
    }
    if (!all) {
      g.visible.emplace_back(address, size);
      mark_visible(address, size);
      more = true;
    }
    low = high;
  }
  return more;
}

void new_execution_of_accesses() { g_races.clear(); }

const std::vector<PendingRace>& pending_races() { return g_races; }

bool races_pending() { return !g_races.empty(); }

std::vector<PendingRace> take_races() { return std::move(g_races); }

}  // namespace selvage::machine
