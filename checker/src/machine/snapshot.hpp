// The state of the program under test between two steps: taken apart into pieces that are kept once, and put back.
//
// A state is what decides how the program goes on and what the checker will say of it: the threads' stacks and thread-local
// variables, the heap, the globals, the synchronisation objects, what each thread is about to do, the history that race
// detection needs (race/canonical.hpp), what was printed. Not part of it is how the program got there: counters of events
// and the like, by which only reports are told apart.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "machine/machine.hpp"
#include "machine/output.hpp"
#include "state/archive.hpp"
#include "state/blobs.hpp"
#include "state/graph.hpp"

namespace selvage::machine {

/// What some other part of the runtime keeps of an execution, e.g. abi/.
struct StatePart {
  void (*write)(state::Writer&);
  void (*read)(state::Reader&);
};
void add_state_part(StatePart part);

/// A state: the numbers of its pieces.
using State = std::vector<state::BlobId>;

class Snapshots {
 public:
  explicit Snapshots(Output& output) : output_(&output) {}
  /// The state that the machine is in, all threads standing at scheduling points. Brings the machine's own records of the
  /// past into canonical form.
  void take(State* state);
  /// Puts the machine into `state`.
  void restore(const State& state);
  /// Are they the same, but for which objects their invariants are (a step that makes some makes others when taken again)?
  static bool same_step(const State& a, const State& b);
  /// Where in memory the state taken last differs from one taken before, as far as both have the same parts; 0: nowhere.
  [[nodiscard]] std::uint64_t first_difference(const State& before) const;
  /// The machine has gone on to where no state was taken: restore() must not rely on what is in memory.
  void lost_track() { known_ = false; }
  static state::Hash128 hash(const State& state);
  [[nodiscard]] std::uint64_t memory() const { return blobs_.memory(); }
  void clear();

 private:
  /// A stretch of memory, in chunks, and what the last take() or restore() found or put there.
  struct Region {
    std::vector<state::BlobId> chunks;
    std::vector<unsigned char> bytes;  ///< the same in one piece, which is quicker to compare
    std::uint64_t low = 0;             ///< its address
    state::BlobId id = 0;
    bool known = false;
  };
  /// Where chunks are counted from: the end that stays in place when the region grows.
  enum class From { low, high };
  template <typename Self, typename Visit>
  static void each_region(Self& self, Visit visit);
  state::BlobId take_region(Region& region, std::uint64_t low, std::uint64_t high, From from);
  void restore_region(Region& region, state::BlobId id, std::uint64_t low, std::uint64_t high, From from);
  void forget_what_is_there();
  void restore_history(const unsigned char* from, const unsigned char* end);
  static std::pair<std::uint64_t, std::size_t> chunk(std::uint64_t low, std::uint64_t high, std::size_t index, From from);
  /// Part of a data segment that executions write.
  struct Data {
    std::uint64_t low, high;
    const unsigned char* saved;  ///< what was there before the exploration
    Region region;
    state::BlobId initial;       ///< the number of that
  };
  void find_data();
  /// What was written the last time: mostly it is the same again.
  struct Last {
    state::BlobId id = 0;
    bool known = false;
  };
  template <typename Write>
  state::BlobId written(Last& last, Write write);

  static constexpr std::size_t kChunk = 256;
  Output* output_;
  state::Blobs blobs_;
  state::Writer writer_;
  bool known_ = false;
  Region stacks_[kMaxThreads], locals_[kMaxThreads], heaps_[kMaxThreads];
  std::vector<Data> data_;
  std::vector<race::Record> records_;  ///< a buffer
  std::size_t pages_seen_ = 0;  ///< of Segments::written(), in data_
  Last last_[6], last_thread_[kMaxThreads], last_times_;  ///< last_: by place in a State
  state::BlobId invariants_now();
  std::vector<decltype(Machine::invariants)> invariants_;
  state::BlobId invariants_known_ = 0;  ///< which of them are in force, 1-based; 0: none
};

}  // namespace selvage::machine
