// Robust mutexes: what becomes of them when their owner ends.
#pragma once

#include <cstdint>

#include "sync/object.hpp"

namespace selvage::sync {

// Of a mutex's state, what the other kinds use otherwise.
/// It was initialised as robust (and not as by default).
inline bool is_robust(const Object& mutex) { return mutex.value != 0; }
/// Its owner has ended with it, and nobody has made it consistent since.
inline bool is_inconsistent(const Object& mutex) { return mutex.busy; }
/// It was given back inconsistent: of no use any more.
inline bool is_lost(const Object& mutex) { return mutex.done; }

/// The mutex is robust: its bytes say so.
void make_robust(std::uint64_t mutex);
/// Has this exploration met a robust mutex?
bool any_robust();
/// What has just been taken: 0, or EOWNERDEAD.
int robust_result(const Object& mutex);
/// Its owner gives it back: as it is, or lost.
inline void note_release(Object& mutex) {
  if (!mutex.busy) return;
  mutex.busy = false;
  mutex.done = true;
}
/// 0, or EINVAL where it is not the running thread's or not inconsistent.
int make_consistent(std::uint64_t mutex);
/// The threads of the running process in `threads` (a bit mask) have ended, or will: who waits for a robust
/// mutex of theirs gets it. On the fiber of one of them; has scheduling points.
void abandon(std::uint64_t threads);

}  // namespace selvage::sync
