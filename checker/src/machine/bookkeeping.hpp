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
#include "machine/raw_records.hpp"
#include "state/archive.hpp"
#include "state/blobs.hpp"

namespace selvage::machine {

/// What some other part of the runtime keeps of an execution, e.g. abi/.
struct StatePart {
  void (*write)(state::Writer&);
  void (*read)(state::Reader&);
  /// Adds all that write() looks at as it lies in memory; false where that cannot be told.
  bool (*add)(RawRecords&);
};
void add_state_part(StatePart part);
/// Adds all parts; false where one cannot be.
bool add_state_parts(RawRecords& records);

/// All that is part of a state but threads, objects, accesses and memory.
void write_rest(state::Writer& to);
void read_rest(state::Reader& from);

/// Whose stacks are part of the state, a bit mask: main's is there until the process ends, although main may
/// have called pthread_exit.
inline std::uint64_t have_stacks() {
  return g.alive | (g.threads[0].state == Thread::State::finished ? 1 : 0);
}

/// The threads that there are, a bit mask.
inline std::uint64_t used_threads() {
  std::uint64_t used = 0;
  for (int t = 0; t < g.thread_limit; ++t) {
    if (g.threads[t].state != Thread::State::unused) used |= bit(t);
  }
  return used;
}

inline bool has_lists(const Thread& t) {
  return !t.read_holds.empty() || !t.timeouts.empty() || !t.destructors.empty();
}

/// What is no part of a state must not get into the frames to come by way of the runtime.
inline void forget_how_it_got_here(Thread& t) {
  if (t.state == Thread::State::alive && t.stack_pointer < t.lowest_stack) t.lowest_stack = t.stack_pointer;
  static_cast<ThreadPast&>(t) = {};
}

class Bookkeeping {
 public:
  explicit Bookkeeping(state::Blobs& blobs) : blobs_(&blobs), images_(kImages) {}
  /// The canonical form of what the runtime knows now.
  struct Pieces {
    state::BlobId all = 0;
    /// The virtual times in all clocks: apart, since they matter only once somebody looks at a clock.
    state::BlobId times = 0;
    bool times_matter = false;
  };
  Pieces take();
  void restore(const Pieces& pieces);
  /// Somebody else may have changed the machine's records.
  void lost_track() { there_ = nullptr; }
  /// Does everything the long way, or not any more: what comes out must be the same.
  void set_thorough(bool thorough) { thorough_ = thorough; }
  /// Bytes of memory taken, but for the blobs.
  [[nodiscard]] std::uint64_t memory() const {
    return seen_.memory() + canonical_.capacity() * sizeof canonical_[0];
  }
  void clear();

 private:
  /// What a step of a thread made of records that were put back.
  struct Outcome {
    RawRecords records;
    Pieces pieces;
    /// How to get from there to an image.
    struct Way {
      std::uint64_t image;  ///< Image::number
      RawRecords::Patch patch;
    };
    std::vector<Way> ways;
    std::uint32_t oldest = 0;  ///< of them
  };
  /// Records that were put back more than once.
  struct Image {
    Pieces pieces;             ///< what was put back: the key
    std::uint64_t number = 0;  ///< like no other's; 0: nothing was put back yet
    bool complete = false;     ///< the records are here
    RawRecords records;
    std::vector<Outcome> outcomes[race::kMaxThreads];  ///< by the thread that moved
    std::uint32_t oldest[race::kMaxThreads] = {};
  };
  static constexpr std::size_t kImages = 256, kOutcomes = 4, kWays = 8;
  Pieces make_canonical();
  void forget_seen();
  Outcome* expected();
  void expect(const Pieces& pieces);
  void put_back(const Image& image);
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
  // In most steps all this need not be written down: it is compared where it is.
  std::vector<Image> images_;
  std::uint64_t image_numbers_ = 0;
  Image* image_ = nullptr;    ///< what was put back last
  Outcome* there_ = nullptr;  ///< what the machine's records are the same as; null: not known
  bool thorough_ = false;
};

}  // namespace selvage::machine
