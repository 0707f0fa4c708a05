#include "machine/spaces.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "machine/access.hpp"
#include "machine/fatal.hpp"
#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "machine/raw_syscall.hpp"

namespace selvage::machine {

namespace {

using race::Cell;
using race::Record;
using race::Shadow;

struct Space {
  Cell** table = nullptr;
  std::vector<std::uint64_t> used;  ///< regions that the table has cells for in this execution; of the first
                                    ///< process: of shared memory
  std::vector<std::pair<std::uint64_t, Cell*>> owned;  ///< regions of private memory, over all executions
  std::vector<Cell*> visible;                          ///< cells with bytes whose accesses are events
  std::vector<Shadow::Touched> touched;                ///< while another process runs
};
Space g_spaces[kMaxThreads];
int g_in_place = 0;  // whose space Machine::shadow works on

std::uint64_t region_of(std::uint64_t address) { return address >> Shadow::kRegionBits; }

Cell* own_region(Space& space, std::uint64_t index) {
  for (const auto& [known, cells] : space.owned) {
    if (known == index) return cells;
  }
  space.owned.emplace_back(index, g.shadow.new_region());
  return space.owned.back().second;
}

void put_in_place(int process) {
  if (g_in_place == process) return;
  std::swap(g.shadow.touched(), g_spaces[g_in_place].touched);
  g.shadow.use(g_spaces[process].table);
  std::swap(g.shadow.touched(), g_spaces[process].touched);
  g_in_place = process;
}

/// The first access of a process to a region.
Cell* provide(std::uint64_t address) {
  if (SharedMemory::contains(address)) {
    if (g.executing) {
      violation(Verdict::crash, "T" + std::to_string(g.current) + " uses " + name_of(address) +
                                    ", which is in shared memory that its process has not mapped");
    }
    note_use_of_processes();
    g_spaces[0].used.push_back(region_of(address));
    return g.shared_memory.cells(address, g.shadow);
  }
  if (g.executing && g.arena.contains(reinterpret_cast<void*>(address))) {
    const int slot = g.arena.owner(reinterpret_cast<void*>(address));
    if (!has_slot(slot)) {
      violation(Verdict::crash, "T" + std::to_string(g.current) + " uses " + name_of(address) +
                                    ", which is on the heap of T" + std::to_string(slot) +
                                    " in another process");
    }
  }
  if (g_in_place == 0) return nullptr;
  Space& space = g_spaces[g_in_place];
  space.used.push_back(region_of(address));
  return own_region(space, region_of(address));
}

void forget_regions(Space& space) {
  for (const std::uint64_t index : space.used) space.table[index] = nullptr;
  space.used.clear();
}

Space& begin_space(int process) {
  Space& space = g_spaces[process];
  if (space.table == nullptr) {
    const long memory =
        raw_syscall(SYS_mmap, 0, static_cast<long>(Shadow::kRegions * sizeof(Cell*)), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory < 0 && memory > -4096) fatal("out of address space for shadow memory");
    space.table = reinterpret_cast<Cell**>(memory);
  }
  for (Cell* cell : space.visible) cell->visible_mask = 0;
  space.visible.clear();
  space.touched.clear();
  forget_regions(space);
  return space;
}

/// The records of one granule that a child's accesses can collide with.
std::vector<Record>& inherited_records(const Record* records, std::uint32_t count,
                                       const race::VectorClock& known) {
  static auto& kept = *new std::vector<Record>;
  kept.clear();
  for (std::uint32_t i = 0; i < count; ++i) {
    const Record& r = records[i];
    const bool unknown =
        (r.flags & race::kWrite) != 0 && (r.flags & race::kAtomic) == 0 && r.epoch > known.get(r.thread);
    if ((r.flags & race::kFree) != 0 || unknown) kept.push_back(r);
  }
  return kept;
}

}  // namespace

void prepare_processes() {
  g_spaces[0].table = g.shadow.table();
  g.shadow.set_provider(provide);
}

void map_region(std::uint64_t address) {
  note_use_of_processes();
  Cell** table = g.shadow.table();
  if (table[region_of(address)] != nullptr) return;
  table[region_of(address)] = g.shared_memory.cells(address, g.shadow);
  g_spaces[g_in_place].used.push_back(region_of(address));
}

void unmap_region(std::uint64_t address) { g.shadow.table()[region_of(address)] = nullptr; }

void inherit_space(int parent, int child) {
  Space& from = g_spaces[parent];
  Space& space = begin_space(child);
  for (const std::uint64_t index : from.used) {
    if (!SharedMemory::contains(index << Shadow::kRegionBits) || from.table[index] == nullptr) continue;
    space.table[index] = from.table[index];
    space.used.push_back(index);
  }
  put_in_place(parent);
  const std::vector<Shadow::Touched> touched = g.shadow.touched();
  const race::VectorClock& known = g.threads[child].clock;
  put_in_place(child);
  const int running = g.process;
  g.process = child;  // whose memory it may be
  for (const Shadow::Touched& t : touched) {
    if (!is_private(t.granule)) continue;
    const auto [records, count] = g.shadow.records(t.cell);
    const std::vector<Record>& kept = inherited_records(records, count, known);
    if (kept.empty() && t.cell->shared == 0) continue;
    Cell* cell = g.shadow.fresh_cell(t.granule);
    cell->shared = t.cell->shared;
    g.shadow.set_records(cell, kept.data(), static_cast<std::uint32_t>(kept.size()));
  }
  for (const auto& [address, size] : g.visible) {
    if (!is_private(address)) continue;
    for (std::uint64_t a = address; a < address + size; ++a) {
      Cell* cell = g.shadow.fresh_cell(a);
      cell->visible_mask |= static_cast<std::uint8_t>(1U << (a & 7));
      space.visible.push_back(cell);
    }
  }
  g.process = running;
}

void inherit_objects(int parent, int forker, int child) {
  const std::uint32_t count = g.objects.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    const sync::Object& from = g.objects[i];
    if (from.process != parent) continue;
    sync::Object& to = *g.objects.at(from.address, from.kind);
    const std::uint32_t next = to.next;
    static_cast<sync::ObjectState&>(to) = from;
    to.next = next;
    to.shared = from.shared;
    // Of the threads only the one that forked is there.
    if (to.owner == forker) to.owner = child;
    if ((to.readers & bit(forker)) != 0) to.readers = (to.readers & ~bit(forker)) | bit(child);
    to.waiters = 0;
    to.taken = 0;
    to.released.assign(from.released);
    to.readers_released.assign(from.readers_released);
  }
}

void enter_space(int process) { put_in_place(process); }

void leave_spaces() {
  put_in_place(0);
  forget_regions(g_spaces[0]);
}

void mark_elsewhere(int process, std::uint64_t address, std::uint64_t size) {
  const int running = g.process;
  put_in_place(process);
  g.process = process;
  const Record record{
      0, 0, static_cast<std::uint8_t>(g.current), 0xff, race::kWrite | race::kFree | race::kElsewhere, 0};
  for (std::uint64_t a = address & ~7ULL; a < address + size; a += 8)
    g.shadow.set_records(g.shadow.fresh_cell(a), &record, 1);
  g.process = running;
  put_in_place(running);
}

bool noted_by_a_process(std::uint64_t address) {
  if (g_in_place == 0) return false;
  // What the first process's cell says holds for all.
  Cell** const table = g_spaces[0].table;
  Cell*& region = table[region_of(address)];
  if (region == nullptr) region = g.shadow.new_region();
  Cell* first = region + ((address & ((1ULL << Shadow::kRegionBits) - 1)) >> 3);
  const bool noted = first->foreign != 0;
  first->foreign = 1;
  return noted;
}

bool overwrites_copy(Cell* cell, const Record& earlier, std::uint64_t address, std::uint8_t mask,
                     std::uint8_t flags) {
  const auto by_parent = [](const Record& r) {
    return (r.flags & race::kFree) == 0 && g.threads[r.thread].process != g.process;
  };
  if ((flags & (race::kWrite | race::kFree)) != race::kWrite || !is_private(address) || !by_parent(earlier))
    return false;
  const auto [records, count] = g.shadow.records(cell);
  std::vector<Record> kept;
  for (std::uint32_t i = 0; i < count; ++i) {
    Record r = records[i];
    if (by_parent(r)) r.mask &= static_cast<std::uint8_t>(~mask);
    if (r.mask != 0) kept.push_back(r);
  }
  g.shadow.set_records(cell, kept.data(), static_cast<std::uint32_t>(kept.size()));
  return true;
}

}  // namespace selvage::machine
