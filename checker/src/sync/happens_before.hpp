// The two halves of synchronises-with.
#pragma once

#include "machine/machine.hpp"
#include "sync/object.hpp"

namespace selvage::sync {

/// The running thread now knows all that was released into `clock`.
inline void acquire(const race::VectorClock& clock) { machine::self().clock.join(clock); }
/// What the running thread did until now is known to whoever acquires `clock`; replaces what was there.
inline void release(race::VectorClock& clock) {
  machine::Thread& t = machine::self();
  clock.assign(t.clock);
  ++t.clock.at[t.id];
}
/// The same in addition to what was there.
inline void release_join(race::VectorClock& clock) {
  machine::Thread& t = machine::self();
  clock.join(t.clock);
  ++t.clock.at[t.id];
}

}  // namespace selvage::sync
