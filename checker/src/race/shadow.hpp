// Shadow memory: for every 8 bytes that the program touched, the accesses that a later one could race with.
//
// Exact, not a sample: a record is dropped only where a newer one is at least as likely to race (same
// thread or ordered after it, covering its bytes, at least as strong an access). The rules are an
// extension to byte masks and atomics of FastTrack (Flanagan, Freund, PLDI 2009, section 3).
//
// A cell belongs to one execution, told by its generation; starting an execution costs nothing.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "race/vector_clock.hpp"

namespace selvage::race {

/// One earlier access to (part of) a granule.
struct Record {
  std::uint64_t pc;
  std::uint32_t epoch;  ///< the accessing thread's own clock at the access
  std::uint8_t thread;
  std::uint8_t mask;   ///< which of the 8 bytes
  std::uint8_t flags;  ///< Access bits
  std::uint8_t unused;
};

/// kElsewhere, with kFree: the memory is another process's (machine/process.hpp).
enum Access : std::uint8_t { kRead = 0, kWrite = 1, kAtomic = 2, kFree = 4, kElsewhere = 8 };

inline constexpr std::uint8_t kSpilled = 0xff;
inline constexpr int kInline = 3;
/// Another thread has accessed it in this execution; one did so in another execution (machine/spin.cpp).
inline constexpr std::uint8_t kShared = 1, kLent = 2;

struct Cell {
  std::uint32_t generation;
  std::uint8_t count;         ///< records in use, or kSpilled: they are in the side table
  std::uint8_t visible_mask;  ///< bytes whose plain accesses are events; outlives the execution
  std::uint8_t foreign;       ///< already noted by machine/foreign_memory; outlives the execution
  std::uint8_t shared;        ///< on a thread's stack: kShared, kLent or 0
  std::uint32_t object;       ///< first synchronisation object in the granule, 1-based; 0: none
  std::uint32_t spill;        ///< index in the side table
  Record records[kInline];
};
static_assert(sizeof(Cell) == 64);

/// What an access collided with.
struct Race {
  Record earlier;
  std::uint64_t granule;
};

class Shadow {
 public:
  /// Forgets every access: a new execution begins.
  void new_execution();
  /// The cell of the granule that holds `address`. Never null; may map memory the first time.
  Cell* cell(std::uint64_t address) {
    Cell* c = known_cell(address);
    if (c == nullptr) [[unlikely]]
      c = new_cell(address);
    return c;
  }
  /// The same, with what earlier executions left cleared.
  Cell* fresh_cell(std::uint64_t address) {
    Cell* c = cell(address);
    if (!refresh(c)) [[unlikely]]
      note_touched(c, address);
    return c;
  }
  /// The cell, or null where it takes cell() to tell.
  Cell* known_cell(std::uint64_t address) {
    const std::uint64_t index = address >> kRegionBits;
    if (index >= kRegions || regions_[index] == nullptr) [[unlikely]]
      return nullptr;
    return regions_[index] + ((address & ((1ULL << kRegionBits) - 1)) >> 3);
  }
  /// Clears what earlier executions left in `c`; false where it takes fresh_cell() to do so.
  bool refresh(Cell* c) const {
    if (c->generation == generation_) [[likely]]
      return true;
    if (journaling_) return false;
    clear(c);
    return true;
  }
  /// Notes an access to the bytes `mask` of `cell` where nothing was there before, or just the same by this thread. False
  /// where it takes access() to tell. All in registers: what a hook left on the program's stack would stay there.
  [[gnu::always_inline]] static bool access_fast(Cell* cell, int thread, const VectorClock& clock,
                                                 std::uint8_t mask, std::uint8_t flags, std::uint64_t pc) {
    Record& r = cell->records[0];
    const Record mine{pc, clock.at[thread], static_cast<std::uint8_t>(thread), mask, flags, 0};
    if (cell->count == 0) {
      r = mine;
      cell->count = 1;
      return true;
    }
    if (cell->count == 1 && r.thread == thread && r.mask == mask && r.flags == flags &&
        (flags & kFree) == 0) {
      r = mine;
      return true;
    }
    return false;
  }
  /// The same where there is an access before, or a read and a write, that came before this one: nearly always. False where
  /// it takes access() to tell.
  [[gnu::always_inline]] static bool access_ordered(Cell* cell, int thread, const VectorClock& clock,
                                                    std::uint8_t mask, std::uint8_t flags, std::uint64_t pc) {
    Record* const r = cell->records;
    const Record mine{pc, clock.at[thread], static_cast<std::uint8_t>(thread), mask, flags, 0};
    const std::uint32_t wanted = strength(mask, flags);
    if (cell->count == 1 && ((strength(r[0]) | wanted) & kFreed) == 0 && ordered(r[0], thread, clock)) {
      if (covers(wanted, strength(r[0]))) {
        r[0] = mine;
      } else if (!stands_for(r[0], mine)) {
        r[1] = mine;
        cell->count = 2;
      }
      return true;
    }
    if (cell->count == 2 && covers(wanted, strength(r[0])) && covers(wanted, strength(r[1])) &&
        ((strength(r[0]) | strength(r[1]) | wanted) & kFreed) == 0 && ordered(r[0], thread, clock) &&
        ordered(r[1], thread, clock)) {
      r[0] = mine;
      cell->count = 1;
      return true;
    }
    return false;
  }
  /// The same where there may be several accesses before, in any order, if none of them races with this one. False where it
  /// takes access() to tell, or more room; then nothing is noted.
  static bool access_unraced(Cell* cell, int thread, const VectorClock& clock, std::uint8_t mask,
                             std::uint8_t flags, std::uint64_t pc);
  /// Notes an access to the bytes `mask` of `cell`; true and *race filled in where it races.
  bool access(Cell* cell, int thread, const VectorClock& clock, std::uint8_t mask, std::uint8_t flags,
              std::uint64_t pc, Race* race) {
    return !access_fast(cell, thread, clock, mask, flags, pc) &&
           !access_unraced(cell, thread, clock, mask, flags, pc) &&
           access_slow(cell, thread, clock, mask, flags, pc, race);
  }
  /// The same as fresh_cell() where that takes no more than noting it, without a frame; false where it does.
  [[gnu::always_inline]] bool touch_first(Cell* c, std::uint64_t address) {
    // In these words the compiler sees that nothing needs to be moved.
    if (!journaling_ || &*touched_.end() == touched_.data() + touched_.capacity()) [[unlikely]]
      return false;
    clear(c);
    touched_.push_back({address & ~7ULL, c});
    return true;
  }
  [[nodiscard]] std::uint32_t generation() const { return generation_; }
  /// How many regions of memory the cells take.
  [[nodiscard]] std::uint32_t regions() const { return region_count_; }
  /// Where they are, the one made last first.
  [[nodiscard]] std::vector<const Cell*> all_regions() const;

  /// From now on touched() grows by the granules that executions touch.
  void journal() {
    journaling_ = true;
    touched_.reserve(1 << 16);
  }
  /// A cell in use, and the address of its granule.
  struct Touched {
    std::uint64_t granule;
    Cell* cell;
  };
  /// The cells in use. The caller may take out those that it has discarded.
  [[nodiscard]] std::vector<Touched>& touched() { return touched_; }
  /// Nothing has happened in any of them. What a step then finds does not depend on what the steps before it touched.
  void discard_touched() { discard_touched(0); }
  /// The same, but the first `kept` stay in use: what they had is to be overwritten.
  void discard_touched(std::size_t kept) {
    for (std::size_t i = kept; i < touched_.size(); ++i) discard(touched_[i].cell);
    touched_.resize(kept);
    spills_used_ = 0;
  }
  /// Has nothing happened in `c`?
  static bool is_empty(const Cell* c) { return c->count == 0 && c->object == 0 && c->shared == 0; }
  /// Makes `c` as if nothing had touched it.
  void discard(Cell* c) const { c->generation = generation_ - 1; }
  /// All the records of `c`, wherever they are.
  [[nodiscard]] std::pair<Record*, std::uint32_t> records(Cell* c) {
    if (c->count != kSpilled) return {c->records, c->count};
    return {spills_[c->spill].data(), static_cast<std::uint32_t>(spills_[c->spill].size())};
  }
  /// What executions have noted so far, for putting it back; needs journal().
  struct Kept {
    std::vector<Touched> touched;
    std::vector<Cell> cells;
    std::vector<std::vector<Record>> spills;
    [[nodiscard]] std::size_t bytes() const { return touched.size() * (sizeof(Touched) + sizeof(Cell)); }
  };
  void keep(Kept* kept) const;
  /// A new execution begins with that.
  void put_back(const Kept& kept);
  /// Gives `c` these records instead of those that it has.
  void set_records(Cell* c, const Record* from, std::uint32_t count);

  // Several processes have different things at one address: each has a table of its own, in which regions of memory that
  // is common to them have the same cells.
  static constexpr int kRegionBits = 24;
  static constexpr std::uint64_t kRegions = 1ULL << (47 - kRegionBits);
  /// The cells of each region, null where nobody has asked for one.
  [[nodiscard]] Cell** table() const { return regions_; }
  void use(Cell** table) { regions_ = table; }
  /// Cells for a region that nobody uses yet.
  Cell* new_region();
  /// Asked for the cells of a region that the table has none for: may give some, or null for new ones.
  using Provider = Cell* (*)(std::uint64_t address);
  void set_provider(Provider provider) { provider_ = provider; }
  [[nodiscard]] bool journaling() const { return journaling_; }
  /// The cell in `table`, which has the region, with what earlier executions left cleared.
  Cell* fresh_cell_in(Cell** table, std::uint64_t address) {
    Cell* c = table[address >> kRegionBits] + ((address & ((1ULL << kRegionBits) - 1)) >> 3);
    if (c->generation != generation_) note_touched(c, address);
    return c;
  }

 private:
  /// Is what `r` stands for the thread's own, or did it happen before what the thread does now?
  static bool ordered(const Record& r, int thread, const VectorClock& clock) {
    return r.thread == thread || r.epoch <= clock.get(r.thread);
  }
  // How much an access can race with, as a set of bits: the bytes, whether it writes, whether it is plain.
  static constexpr std::uint32_t kBytes = 0xff, kWrites = kWrite << 8, kPlain = kAtomic << 8,
                                 kFreed = kFree << 8;
  static std::uint32_t strength(std::uint8_t mask, std::uint8_t flags) {
    return (mask | static_cast<std::uint32_t>(flags) << 8) ^ kPlain;
  }
  static std::uint32_t strength(const Record& r) { return strength(r.mask, r.flags); }
  /// Would the two race, unordered?
  static bool conflicting(std::uint32_t a, std::uint32_t b) {
    return (a & b & kBytes) != 0 && ((a | b) & (kWrites | kPlain)) == (kWrites | kPlain);
  }
  /// Does every access that races with `b` race with `a` too?
  static bool covers(std::uint32_t a, std::uint32_t b) { return (b & ~a & (kBytes | kWrites | kPlain)) == 0; }
  /// Is `r` by the same thread at the same time as `mine`, and covers it?
  static bool stands_for(const Record& r, const Record& mine) {
    return r.thread == mine.thread && r.epoch == mine.epoch && covers(strength(r), strength(mine));
  }
  Cell* new_cell(std::uint64_t address);
  void note_touched(Cell* c, std::uint64_t address);
  void clear(Cell* c) const {
    c->generation = generation_;
    c->count = 0;
    c->shared = 0;
    c->object = 0;
  }
  std::uint32_t spill(const Record* from, std::uint32_t count);
  bool access_slow(Cell* cell, int thread, const VectorClock& clock, std::uint8_t mask, std::uint8_t flags,
                   std::uint64_t pc, Race* race);

  std::uint32_t generation_ = 0;
  std::uint32_t spills_used_ = 0;
  std::uint32_t region_count_ = 0;
  bool journaling_ = false;
  std::vector<Touched> touched_;
  std::vector<std::vector<Record>> spills_;
  Cell outside_{};
  Provider provider_ = nullptr;
  Cell* last_region_ = nullptr;  ///< the page before each region has the address of the one made before it
  Cell** regions_ = first_;
  Cell* first_[kRegions];  // zero: lives in .bss
};

}  // namespace selvage::race
