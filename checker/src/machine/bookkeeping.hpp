// What the runtime itself knows of an execution, as part of a state: threads, synchronisation objects, the
// history for race detection, heaps' ends, exit handlers, what other parts of the runtime keep.
//
// Two pasts that make no difference to what comes have one canonical form. Bringing a past into it takes
// time, so it is remembered which records came to which canonical form: they are compared whole, not by a
// hash.
#pragma once

#include <cstdint>
#include <vector>

#include "machine/machine.hpp"
#include "state/archive.hpp"
#include "state/blobs.hpp"

namespace selvage::machine {

/// What some other part of the runtime keeps of an execution, e.g. abi/.
struct StatePart {
  void (*write)(state::Writer&);
  void (*read)(state::Reader&);
};
void add_state_part(StatePart part);

/// Whose stacks are part of the state, a bit mask: main's is there until the process ends, although main may
/// have called pthread_exit.
inline std::uint64_t have_stacks() {
  return g.alive | (g.threads[0].state == Thread::State::finished ? 1 : 0);
}

class Bookkeeping {
 public:
  explicit Bookkeeping(state::Blobs& blobs) : blobs_(&blobs) {}
  /// The canonical form of what the runtime knows now.
  struct Pieces {
    state::BlobId all = 0;
    /// The virtual times in all clocks: apart, since they matter only once somebody looks at a clock.
    state::BlobId times = 0;
    bool times_matter = false;
  };
  Pieces take();
  void restore(const Pieces& pieces);
  /// Bytes of memory taken, but for the blobs.
  [[nodiscard]] std::uint64_t memory() const {
    return seen_.memory() + canonical_.capacity() * sizeof canonical_[0];
  }
  void clear();

 private:
  Pieces make_canonical();
  void forget_seen();
  state::Blobs* blobs_;
  state::Blobs seen_{state::Sharing::own};  ///< records as they were found ...
  std::vector<Pieces> canonical_;           ///< ... and their canonical forms
  state::Writer writer_;
  // Mostly a step of the same thread from the same records leads to the same records.
  static constexpr std::size_t kGuesses = 4096;
  struct Guess {
    state::BlobId seen;
    bool valid;
  };
  std::vector<Guess> guesses_;
  state::BlobId restored_ = 0;
};

}  // namespace selvage::machine
