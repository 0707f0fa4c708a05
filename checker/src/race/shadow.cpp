#include "race/shadow.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "machine/fatal.hpp"
#include "machine/raw_syscall.hpp"

namespace selvage::race {

void Shadow::new_execution() {
  spills_used_ = 0;
  if (++generation_ != 0) return;
  // 2^32 executions later the numbers come round again: forget them all once.
  generation_ = 1;
  for (Cell* region : regions_) {
    if (region == nullptr) continue;
    for (std::uint64_t i = 0; i < (1ULL << (kRegionBits - 3)); ++i) {
      if (region[i].generation != 0) region[i].generation = 0;
    }
  }
}

Cell* Shadow::map_region(std::uint64_t index) {
  const std::size_t bytes = (1ULL << (kRegionBits - 3)) * sizeof(Cell);
  // Not by mmap(): a hook for a plain access is not marked as the runtime's.
  const long memory = machine::raw_syscall(SYS_mmap, 0, static_cast<long>(bytes), PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory < 0 && memory > -4096) machine::fatal("out of address space for shadow memory");
  regions_[index] = reinterpret_cast<Cell*>(memory);
  return regions_[index];
}

namespace {

bool conflict(const Record& r, int thread, const VectorClock& clock, std::uint8_t mask, std::uint8_t flags) {
  if ((r.mask & mask) == 0 || r.thread == thread) return false;
  if (((r.flags | flags) & kWrite) == 0) return false;
  if ((r.flags & flags & kAtomic) != 0) return false;
  return r.epoch > clock.get(r.thread);
}

}  // namespace

bool Shadow::access_ordered(Cell* cell, int thread, const VectorClock& clock, const Record& mine) {
  Record& r = cell->records[0];
  if (cell->count > 2 || ((r.flags | mine.flags) & kFree) != 0 || !ordered(r, thread, clock)) return false;
  if (cell->count == 2) {
    // A write (or read) that both stand behind, as after a read and then a write of the same place.
    const Record& second = cell->records[1];
    if ((second.flags & kFree) != 0 || !ordered(second, thread, clock)) return false;
    if (!as_strong(r, mine.mask, mine.flags) || !as_strong(second, mine.mask, mine.flags)) return false;
    r = mine;
    cell->count = 1;
    return true;
  }
  if (as_strong(r, mine.mask, mine.flags)) {
    r = mine;
  } else if (r.thread != thread || r.epoch != mine.epoch || !as_strong(mine, r.mask, r.flags)) {
    cell->records[1] = mine;
    cell->count = 2;
  }
  return true;
}

bool Shadow::access_slow(Cell* cell, int thread, const VectorClock& clock, std::uint8_t mask, std::uint8_t flags,
                         std::uint64_t pc, Race* race) {
  Record* records = cell->records;
  std::uint32_t count = cell->count;
  const bool spilled = cell->count == kSpilled;
  if (spilled) {
    records = spills_[cell->spill].data();
    count = static_cast<std::uint32_t>(spills_[cell->spill].size());
  }
  bool racy = false;
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Record r = records[i];
    // A freed byte is reported even where the free happens before the access.
    if (!racy && (conflict(r, thread, clock, mask, flags) || ((r.flags & kFree) != 0 && (r.mask & mask) != 0))) {
      racy = true;
      race->earlier = r;
    }
    // Dropped is what the new record stands for.
    const bool covered = ordered(r, thread, clock) && as_strong(r, mask, flags);
    if (!covered || (r.flags & kFree) != 0) {
      if (kept != i) records[kept] = r;
      ++kept;
    }
  }
  const Record mine{pc, clock.at[thread], static_cast<std::uint8_t>(thread), mask, flags, 0};
  if (spilled) {
    auto& list = spills_[cell->spill];
    list.resize(kept);
    list.push_back(mine);
  } else if (kept < kInline) {
    records[kept] = mine;
    cell->count = static_cast<std::uint8_t>(kept + 1);
  } else {
    if (spills_used_ == spills_.size()) spills_.emplace_back();
    auto& list = spills_[spills_used_];
    list.assign(records, records + kept);
    list.push_back(mine);
    cell->spill = spills_used_++;
    cell->count = kSpilled;
  }
  return racy;
}

}  // namespace selvage::race
