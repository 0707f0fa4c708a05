// What a thread knows of the others' progress where atomic accesses and fences are concerned, and how a write
// hands it on. C++20: [atomics.order], [atomics.fences]; release sequences are continued by read-modify-writes only.
#pragma once

#include "memory/orders.hpp"
#include "race/vector_clock.hpp"

namespace selvage::memory {

using race::VectorClock;

/// A thread's clocks, wherever they are kept.
struct Clocks {
  int thread;
  VectorClock& now;
  VectorClock& acquire_pending;  ///< what an acquire fence would synchronise with
  VectorClock& release_fence;    ///< the clock at the last release fence
  bool& has_release_fence;
};

/// The thread has read from a write that hands on `message`.
inline void receive(Clocks c, const VectorClock& message, int order) {
  (acquires(order) ? c.now : c.acquire_pending).join(message);
}

/// What the thread hands on with a write it makes now. `continued`: what the write is a read-modify-write of hands
/// on; null for a store.
inline void send(Clocks c, int order, const VectorClock* continued, VectorClock& message) {
  if (releases(order)) {
    message.assign(c.now);
    ++c.now.at[c.thread];
  } else if (c.has_release_fence) {
    message.assign(c.release_fence);
  } else {
    message.clear();
  }
  if (continued != nullptr) message.join(*continued);
}

inline void fence(Clocks c, int order) {
  if (acquires(order)) c.now.join(c.acquire_pending);
  if (releases(order)) {
    c.release_fence.assign(c.now);
    c.has_release_fence = true;
    ++c.now.at[c.thread];
  }
}

}  // namespace selvage::memory
