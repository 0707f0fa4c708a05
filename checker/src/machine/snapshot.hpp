// The state of the program under test between two steps: taken apart into pieces that are kept once, and put
// back.
//
// A state is what decides how the program goes on and what the checker will say of it: the threads' stacks
// and thread-local variables, the heap, the globals, the synchronisation objects, what each thread is about
// to do, the history that race detection needs (race/canonical.hpp), what was printed. Not part of it is how
// the program got there: counters of events and the like, by which only reports are told apart.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "machine/bookkeeping.hpp"
#include "machine/cold_pages.hpp"
#include "machine/machine.hpp"
#include "machine/output.hpp"
#include "state/archive.hpp"
#include "state/blobs.hpp"
#include "state/graph.hpp"

namespace selvage::machine {

/// A state: the numbers of its pieces.
using State = std::vector<state::BlobId>;

class Snapshots {
 public:
  explicit Snapshots(Output& output) : output_(&output), bookkeeping_(blobs_) {}
  /// The state that the machine is in, all threads standing at scheduling points. Brings the machine's own
  /// records of the past into canonical form.
  void take(State* state);
  /// Puts the machine into `state`.
  void restore(std::span<const state::BlobId> state);
  /// Are they the same, but for which objects their invariants are (a step that makes some makes others when
  /// taken again)?
  static bool same_step(const State& a, const State& b);
  /// Where in memory the state taken last differs from one taken before, as far as both have the same parts;
  /// 0: nowhere.
  [[nodiscard]] std::uint64_t first_difference(const State& before) const;
  /// The machine has gone on to where no state was taken: restore() must not rely on what is in memory.
  void lost_track() { known_ = false; }
  static state::Hash128 hash(const State& state);
  /// A hash of what the pieces contain: hash() is one of their numbers, which depend on who met them first.
  /// Puts the machine into `state`.
  [[nodiscard]] std::uint64_t content(std::span<const state::BlobId> state);
  [[nodiscard]] std::uint64_t memory() const { return blobs_.memory() + bookkeeping_.memory(); }
  void clear();

  /// What decides how pieces are numbered and placed in a State. Where it grew after a process was forked,
  /// the two do not understand each other's states any more.
  struct Layout {
    std::size_t pages, foreign, invariants;
    std::uint32_t object_blocks, shadow_regions;  ///< frames hold pointers into them
    int threads, blocks;
    bool bounded, race_ignored;  ///< and what a search is told only once
    bool operator==(const Layout&) const = default;
  };
  [[nodiscard]] Layout layout() const;
  /// Other processes number pieces at the same time, or do not.
  void set_concurrent(bool concurrent) { blobs_.set_concurrent(concurrent); }
  void make_room(std::size_t more) { blobs_.make_room(more); }
  [[nodiscard]] bool overflowed() const { return blobs_.overflowed(); }
  /// In a process that was forked: from now on it works for itself, but for the numbers of pieces.
  void become_separate();

 private:
  /// A stretch of memory, in chunks, and what the last take() or restore() found or put there.
  struct Region {
    std::vector<state::BlobId> chunks;
    std::vector<unsigned char> bytes;  ///< the same in one piece, which is quicker to compare
    std::uint64_t low = 0;             ///< its address
    state::BlobId id = 0;
    bool known = false;
    ColdPages cold;  ///< while they are, nothing need be compared
  };
  /// Where chunks are counted from: the end that stays in place when the region grows.
  enum class From { low, high };
  template <typename Self, typename Visit>
  static void each_region(Self& self, Visit visit);
  state::BlobId take_region(Region& region, std::uint64_t low, std::uint64_t high, From from);
  state::BlobId take_changed_region(Region& region, std::uint64_t low, std::uint64_t high, From from,
                                    std::size_t at);
  void take_changes(Region& region, const unsigned char* memory, std::size_t size, From from, std::size_t at);
  void restore_region(Region& region, state::BlobId id, std::uint64_t low, std::uint64_t high, From from);
  void watch_locals();
  static void copy_chunk(unsigned char* to, const unsigned char* from, std::size_t size);
  void forget_what_is_there();
  static std::pair<std::uint64_t, std::size_t> chunk(std::uint64_t low, std::uint64_t high, std::size_t index,
                                                     From from);
  /// Part of a data segment that executions write.
  struct Data {
    std::uint64_t low, high;
    const unsigned char* saved;  ///< what was there before the exploration
    Region region;
    state::BlobId initial;  ///< the number of that
    bool of_program;        ///< the executable's own
  };
  void find_data();
  state::BlobId foreign_now();
  void restore_foreign(state::BlobId id) const;
  state::BlobId output_now();
  void restore_output(state::BlobId id, bool printed) const;

  static constexpr std::size_t kChunk = 256;
  Output* output_;
  state::Blobs blobs_{state::Sharing::shared};
  Bookkeeping bookkeeping_;
  state::Writer writer_;
  bool known_ = false;
  Region stacks_[kMaxThreads], locals_[kMaxThreads], heaps_[kMaxThreads];
  std::vector<Data> data_;
  int locals_watched_ = 0;      ///< the blocks below this number may be cold
  std::size_t pages_seen_ = 0;  ///< of Segments::written(), in data_
  state::BlobId invariants_now();
  std::vector<decltype(Machine::invariants)> invariants_;
  state::BlobId invariants_known_ = 0;  ///< which of them are in force, 1-based; 0: none
};

}  // namespace selvage::machine
