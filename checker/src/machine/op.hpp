// An operation: a visible event that a thread is about to perform.
#pragma once

#include <cstdint>

#include "report/record.hpp"

namespace selvage::sync {
struct Object;
}

namespace selvage::machine {

using report::EventKind;

/// What an operation touches, for the question whether two of them commute.
enum class Footprint : std::uint8_t {
  none,   ///< commutes with everything: never a branching point
  read,   ///< commutes with other reads of the same place
  write,  ///< commutes with operations on other places only
  all     ///< ends the process: commutes with nothing
};

struct Op {
  EventKind kind = EventKind::start;
  Footprint footprint = Footprint::none;
  std::int8_t order = -1;     ///< std::memory_order, -1: none
  bool needs_notify = false;  ///< enabled only once Thread::notified is set
  bool or_timed_out = false;  ///< enabled as well once Thread::timed_out is set
  std::uint8_t space =
      0;  ///< whose private memory `address` is in (machine/process.hpp); 0: memory common to all
  std::int8_t failure_order = -1;  ///< atomic_cas: the order where it fails
  std::uint8_t unused = 0;         // no holes: an Op is on a thread's stack, and so part of a state
  std::uint32_t size = 1;          ///< bytes at `address`
  std::uint32_t unused_too = 0;
  std::uint64_t address = 0;  ///< the place or object; 0: none
  std::uint64_t second = 0;   ///< a second object that is written (cond_wait: the mutex); 0: none
  std::uint64_t waits_on =
      0;  ///< needs_notify: the object that will notify, for reports; send: how many bytes
  union {
    sync::Object* object = nullptr;  ///< what decides whether the operation is enabled
    const int* open_ends;            ///< close: how many descriptors there are for this end
  };
  std::uint64_t pc = 0;  ///< where the program made the call
};

/// Do the two operations, by different threads, commute? Errs towards "no".
inline bool independent(const Op& a, const Op& b) {
  if (a.footprint == Footprint::all || b.footprint == Footprint::all) return false;
  if (a.footprint == Footprint::none || b.footprint == Footprint::none) return true;
  // To close an end of a pipe that others have open as well changes nothing that can be seen (sync/pipe.cpp).
  if (a.kind == EventKind::close && b.kind == EventKind::close && a.address == b.address && *a.open_ends > 2)
    return true;
  if (a.kind == EventKind::close && b.kind != EventKind::close && *a.open_ends > 1) return true;
  if (b.kind == EventKind::close && a.kind != EventKind::close && *b.open_ends > 1) return true;
  const bool elsewhere = a.space != b.space && a.space != 0 && b.space != 0;
  const bool overlap = !elsewhere && a.address < b.address + b.size && b.address < a.address + a.size;
  if (overlap && (a.footprint == Footprint::write || b.footprint == Footprint::write)) return false;
  if (a.second != 0 && (a.second == b.address || a.second == b.second)) return false;
  return b.second == 0 || b.second != a.address;
}

}  // namespace selvage::machine
