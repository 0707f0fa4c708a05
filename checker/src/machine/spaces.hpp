// Shadow memory and synchronisation objects of several processes: a table of regions for each
// (race/shadow.hpp).
#pragma once

#include <cstdint>

#include "race/shadow.hpp"

namespace selvage::machine {

/// `child` begins with what its parent's shadow says of private memory: what was freed, what was written and
/// is not known to the forking thread. Both are processes; the parent is the one that runs.
void inherit_space(int parent, int child);
/// The child runs: copies of the objects in its parent's private memory. `forker`: the parent's thread that
/// forked.
void inherit_objects(int parent, int forker, int child);
/// The process is to run.
void enter_space(int process);
/// The execution has ended: the first process's space is in place again, as before the execution.
void leave_spaces();
/// A block of another process: `process` has no such memory.
void mark_elsewhere(int process, std::uint64_t address, std::uint64_t size);
/// The running process maps shared memory, or does no more.
void map_region(std::uint64_t address);
void unmap_region(std::uint64_t address);
/// Has a process's write to foreign memory been noted already (machine/foreign_memory.hpp)? From now on it
/// has.
bool noted_by_a_process(std::uint64_t address);
/// The access collides with `earlier`, but that is a write by a thread of the parent that fork copied, and
/// this one only writes over the copy: then forgets such records, and there is one collision less to look
/// for.
bool overwrites_copy(race::Cell* cell, const race::Record& earlier, std::uint64_t address, std::uint8_t mask,
                     std::uint8_t flags);

}  // namespace selvage::machine
