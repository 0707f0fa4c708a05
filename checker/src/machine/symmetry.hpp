// Which threads are interchangeable (--symmetry), and whether anybody has told them apart. docs/symmetry.md
// has the rules.
//
// Threads that the same thread starts right after each other, to run the same function with the same
// argument, are taken for interchangeable. That it makes them one after the other, and joins them one after
// the other, must not be seen: so for the race detector all of them are started when the first is, and joined
// when the last is. Whoever accesses what the starter did in between (or does, between the joins) is found as
// if it raced with that, and then, as at whatever else tells them apart, the search starts over without
// taking them for interchangeable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "machine/machine.hpp"
#include "state/archive.hpp"

namespace selvage::machine {

/// Is the current execution one of a search that makes use of symmetry?
inline bool uses_symmetry() {
  return g.options.symmetry && g.weak != nullptr && !g.recording && g.strategy->exhausts();
}

void new_execution_of_symmetry();
/// From now on no more threads are taken for interchangeable: the search is about to be shared out.
void settle_symmetry();
/// `parent` has made `child`, which has yet to run.
void note_thread(const Thread& parent, Thread& child);
/// What `joiner` learns by joining `other`. May not return (the search starts over).
void learn_from(Thread& joiner, const Thread& other);
/// The running thread is about to do `op`, and has not yet joined all of some interchangeable threads.
void note_event_between_joins(EventKind kind);
/// The running thread ends.
void note_end_of_thread();
/// Did the execution end before all of some interchangeable threads had been joined, but not none?
bool ended_between_joins();
/// No thread that is interchangeable with others at the end of this execution shall be so any more.
void forget_between_joins();
/// The running thread's access seems to race with `earlier`. True where that is no race: they are ordered, as
/// far as threads are told apart by it. May not return.
bool explains_race(const race::Record& earlier, std::uint64_t address);
/// The interchangeable threads, a line for each group: "T1 T2 T3".
std::vector<std::string> interchangeable_threads();

}  // namespace selvage::machine
