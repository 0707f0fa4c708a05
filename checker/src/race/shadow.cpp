#include "race/shadow.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "machine/fatal.hpp"
#include "machine/raw_syscall.hpp"

namespace selvage::race {

namespace {

constexpr long kPage = 4096;

Cell*& before(Cell* region) { return *reinterpret_cast<Cell**>(reinterpret_cast<char*>(region) - kPage); }

}  // namespace

void Shadow::new_execution() {
  spills_used_ = 0;
  touched_.clear();
  if (++generation_ != 0) return;
  // 2^32 executions later the numbers come round again: forget them all once.
  generation_ = 1;
  for (Cell* region = last_region_; region != nullptr; region = before(region)) {
    for (std::uint64_t i = 0; i < (1ULL << (kRegionBits - 3)); ++i) {
      if (region[i].generation != 0) region[i].generation = 0;
    }
  }
}

Cell* Shadow::new_cell(std::uint64_t address) {
  const std::uint64_t index = address >> kRegionBits;
  if (index >= kRegions) return &outside_;
  Cell* region = provider_ == nullptr ? nullptr : provider_(address);
  regions_[index] = region != nullptr ? region : new_region();
  return known_cell(address);
}

Cell* Shadow::new_region() {
  const std::size_t bytes = (1ULL << (kRegionBits - 3)) * sizeof(Cell) + kPage;
  // Not by mmap(): a hook for a plain access is not marked as the runtime's.
  const long memory = machine::raw_syscall(SYS_mmap, 0, static_cast<long>(bytes), PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory < 0 && memory > -4096) machine::fatal("out of address space for shadow memory");
  auto* region = reinterpret_cast<Cell*>(memory + kPage);
  before(region) = last_region_;
  last_region_ = region;
  ++region_count_;
  return region;
}

std::vector<const Cell*> Shadow::all_regions() const {
  std::vector<const Cell*> all;
  for (Cell* region = last_region_; region != nullptr; region = before(region)) all.push_back(region);
  return all;
}

void Shadow::note_touched(Cell* c, std::uint64_t address) {
  clear(c);
  touched_.push_back({address & ~7ULL, c});
}

std::uint32_t Shadow::spill(const Record* from, std::uint32_t count) {
  if (spills_used_ == spills_.size()) spills_.emplace_back();
  spills_[spills_used_].assign(from, from + count);
  return spills_used_++;
}

void Shadow::keep(Kept* kept) const {
  kept->touched = touched_;
  kept->cells.clear();
  for (const Touched& t : touched_) kept->cells.push_back(*t.cell);
  kept->spills.assign(spills_.begin(), spills_.begin() + spills_used_);
}

void Shadow::put_back(const Kept& kept) {
  new_execution();
  touched_.assign(kept.touched.begin(), kept.touched.end());
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    Cell& cell = *touched_[i].cell;
    // What outlives executions stays as it is.
    const std::uint8_t visible_mask = cell.visible_mask, foreign = cell.foreign;
    cell = kept.cells[i];
    cell.generation = generation_;
    cell.visible_mask = visible_mask;
    cell.foreign = foreign;
  }
  spills_used_ = static_cast<std::uint32_t>(kept.spills.size());
  for (std::uint32_t i = 0; i < spills_used_; ++i) spills_[i] = kept.spills[i];
}

void Shadow::set_records(Cell* c, const Record* from, std::uint32_t count) {
  if (count > kInline) {
    c->spill = spill(from, count);
    c->count = kSpilled;
    return;
  }
  for (std::uint32_t i = 0; i < count; ++i) c->records[i] = from[i];
  c->count = static_cast<std::uint8_t>(count);
}

bool Shadow::access_unraced(Cell* cell, int thread, const VectorClock& clock, std::uint8_t mask,
                            std::uint8_t flags, std::uint64_t pc) {
  const std::uint32_t count = cell->count;
  if (count > kInline) return false;
  const Record mine{pc, clock.at[thread], static_cast<std::uint8_t>(thread), mask, flags, 0};
  const std::uint32_t wanted = strength(mask, flags);
  Record* const records = cell->records;
  std::uint32_t kept = 0;
  bool stands_already = false;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Record& r = records[i];
    const std::uint32_t was = strength(r);
    if ((was & kFreed) != 0) return false;
    if (!ordered(r, thread, clock)) {
      if (conflicting(was, wanted)) return false;
    } else if (covers(wanted, was)) {
      continue;
    } else if ((wanted & kFreed) == 0 &&
               stands_for(r, mine)) {  // that bytes are freed is told by nothing else
      stands_already = true;
    }
    if (kept != i)
      records[kept] = r;  // what was there was covered: nothing is lost should a later record race
    ++kept;
  }
  cell->count = static_cast<std::uint8_t>(kept);
  if (stands_already) return true;
  if (kept == kInline) return false;
  records[kept] = mine;
  cell->count = static_cast<std::uint8_t>(kept + 1);
  return true;
}

bool Shadow::access_slow(Cell* cell, int thread, const VectorClock& clock, std::uint8_t mask,
                         std::uint8_t flags, std::uint64_t pc, Race* race) {
  Record* records = cell->records;
  std::uint32_t count = cell->count;
  const bool spilled = cell->count == kSpilled;
  if (spilled) {
    records = spills_[cell->spill].data();
    count = static_cast<std::uint32_t>(spills_[cell->spill].size());
  }
  const std::uint32_t wanted = strength(mask, flags);
  bool racy = false;
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Record r = records[i];
    // A freed byte is reported even where the free happens before the access, and rather than a race: nothing excuses it.
    const bool before = ordered(r, thread, clock);
    const bool freed = (r.flags & kFree) != 0 && (r.mask & mask) != 0;
    if (freed || (!racy && !before && conflicting(strength(r), wanted))) {
      racy = true;
      race->earlier = r;
    }
    // Dropped is what the new record stands for.
    const bool covered = before && covers(wanted, strength(r));
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
    cell->spill = spill(records, kept);
    spills_[cell->spill].push_back(mine);
    cell->count = kSpilled;
  }
  return racy;
}

}  // namespace selvage::race
