// The state of the program under test between two steps: taken apart into pieces that are kept once, and put
// back.
//
// A state is what decides how the program goes on and what the checker will say of it: the threads' stacks
// and thread-local variables, the heap, the globals, the synchronisation objects, what each thread is about
// to do, the history that race detection needs (race/canonical.hpp), what was printed. Not part of it is how
// the program got there: counters of events and the like, by which only reports are told apart.
#pragma once

#include <cstdint>
#include <deque>
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
  void lost_track() {
    known_ = false;
    bookkeeping_.lost_track();
  }
  /// Fetches into the caches, of what `then` has and `now` has not, the lists of pieces ...
  void look_ahead_at_lists(std::span<const state::BlobId> now, std::span<const state::BlobId> then) const;
  /// ... or, where these are there already, the pieces themselves.
  void look_ahead_at_contents(std::span<const state::BlobId> now, std::span<const state::BlobId> then) const;
  /// Others than steps, who leave memory alone, may have changed the runtime's records.
  void lost_track_of_records() { bookkeeping_.lost_track(); }
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
    /// The same, but for what a search is told only once.
    [[nodiscard]] bool same_places(const Layout& other) const {
      Layout like = other;
      like.bounded = bounded;
      like.race_ignored = race_ignored;
      return *this == like;
    }
  };
  [[nodiscard]] Layout layout() const;
  /// From now on all that is known is found out anew: what comes out must be the same. Once: of memory, too.
  void be_thorough(bool with_memory) {
    bookkeeping_.set_thorough(true);
    if (with_memory) known_ = false;
  }
  void be_quick() { bookkeeping_.set_thorough(false); }
  /// Other processes number pieces at the same time, or do not.
  void set_concurrent(bool concurrent) { blobs_.set_concurrent(concurrent); }
  void make_room(std::size_t more) { blobs_.make_room(more); }
  [[nodiscard]] bool overflowed() const { return blobs_.overflowed(); }
  /// A hash of what is no part of states but what they rely on: where everything is that they speak of, and what
  /// memory was before it was written first. It is the same in another process only if that has come to know the same.
  [[nodiscard]] std::uint64_t places() const;
  /// Writes all pieces ...
  void save(state::Sink& to) const { blobs_.save(to); }
  /// ... and has those that another process wrote. False where that did not begin as this one: it must end then.
  bool load(state::Source& from) { return blobs_.load(from); }
  /// In a process that was forked: from now on it works for itself, but for the numbers of pieces.
  void become_separate();

 private:
  /// A stretch of memory, in chunks, and what the last take() or restore() found or put there.
  struct Region {
    std::vector<state::BlobId> chunks;
    std::vector<const unsigned char*> contents;  ///< of the chunks
    std::uint64_t low = 0, size = 0;
    state::BlobId id = 0;
    bool known = false;
    std::uint64_t fixed_low = 0, fixed_high = 0;  ///< where it is, where that never changes
    ColdPages cold;                               ///< while they are, nothing need be compared
  };
  /// Where chunks are counted from: the end that stays in place when the region grows.
  enum class From { low, high };
  template <typename Self, typename Visit>
  static void each_region(Self& self, Visit visit);
  [[nodiscard]] bool parts_fit() const;
  void fit_parts();
  void add_part(Region& region, const std::uint64_t* low, const std::uint64_t* high, From from);
  void take_parts();
  void list_warm_parts();
  void restore_parts(std::span<const state::BlobId> ids);
  static state::Blocks blocks_of(const Region& region, From from);
  state::BlobId take_moved_region(Region& region, std::uint64_t low, std::uint64_t high, From from);
  bool take_changes(Region& region, From from);
  void set_chunk(Region& region, std::size_t index, state::BlobId id) const;
  void restore_region(Region& region, state::BlobId id, std::uint64_t low, std::uint64_t high, From from);
  void watch_threads();
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

  /// A region of the states that there are now, in the order of a State.
  struct Part {
    Region* region;
    const std::uint64_t *low, *high;
    From from;
    bool grows;             ///< or becomes smaller
    state::BlobId initial;  ///< Data::initial, or none
    /// Is the region where it has to be?
    [[nodiscard]] bool in_place() const {
      return region->known && region->low == *low && region->size == *high - *low;
    }
  };

  static constexpr std::size_t kChunk = state::Blocks::kBytes;
  Output* output_;
  state::Blobs blobs_{state::Sharing::shared};
  Bookkeeping bookkeeping_;
  state::Writer writer_;
  bool known_ = false;
  Region stacks_[kMaxThreads], locals_[kMaxThreads], heaps_[kMaxThreads];
  std::deque<Data> data_;
  std::vector<Part> parts_;
  // Which of the parts may have changed: all but those that are cold, and of these those that may have grown.
  std::vector<std::uint32_t> warm_, growing_;
  std::uint64_t cold_changes_ = 0;                  ///< ColdPages::changes() when they were listed
  std::vector<state::BlobId> current_;              ///< what each part is now, as in a State
  std::uint64_t have_stacks_ = 0, have_heaps_ = 0;  ///< when the parts were listed
  int threads_watched_ = 0;                         ///< memory of the threads below this number may be cold
  std::size_t pages_seen_ = 0;                      ///< of Segments::written(), in data_
  state::BlobId invariants_now();
  void restore_invariants(state::BlobId id);
  std::vector<decltype(Machine::invariants)> invariants_;
  state::BlobId invariants_known_ = 0;  ///< which of them are in force, 1-based; 0: none
};

}  // namespace selvage::machine
