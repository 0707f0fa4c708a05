// Time as the program under test sees it: it passes by sleeping, timing out and looking at the clock, and
// goes along happens-before (VectorClock::time), so it does not depend on how unordered steps interleave.
#pragma once

#include <sys/syscall.h>
#include <time.h>

#include <cstdint>

#include "machine/machine.hpp"
#include "machine/raw_syscall.hpp"
#include "machine/symmetry.hpp"

namespace selvage::machine {

/// What CLOCK_REALTIME shows when an execution starts: 2024-01-01 00:00:00 UTC, in ns.
inline constexpr std::uint64_t kRealStart = 1704067200ULL * 1'000'000'000;
/// The same of every other clock: 1000 s.
inline constexpr std::uint64_t kMonotonicStart = 1000ULL * 1'000'000'000;
/// What one look at the clock costs, so that loops that wait for a time to come end.
inline constexpr std::uint64_t kLook = 1'000'000;

inline void raw_clock(int clock, timespec* now) {
  raw_syscall(SYS_clock_gettime, clock, reinterpret_cast<long>(now));
}
inline std::uint64_t start_of(int clock) { return clock == CLOCK_REALTIME ? kRealStart : kMonotonicStart; }
/// Looks at a clock: its time in ns.
inline std::uint64_t look(int clock) {
  Thread& t = self();
  if (uses_symmetry()) note_event_between_joins(EventKind::sleep);  // it may pass when others end
  t.read_clock = true;
  t.clock.time += kLook;
  return start_of(clock) + t.clock.time;
}
inline std::uint64_t nanoseconds(const timespec& t) {
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}
/// The running thread has waited until `deadline` on `clock`.
inline void pass_until(int clock, std::uint64_t deadline) {
  const std::uint64_t start = start_of(clock);
  const std::uint64_t since = deadline > start ? deadline - start : 0;
  if (since > self().clock.time) self().clock.time = since;
}

}  // namespace selvage::machine
