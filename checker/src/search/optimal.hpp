// Exactly one execution for each consistent execution graph.
//
// TruSt: Kokologiannakis, Marmanis, Gladstein, Vafeiadis, Truly Stateless, Optimal Dynamic Partial Order Reduction (POPL
// 2022), algorithms 1 and 2. An execution is extended event by event, always by the same thread where the graph is the same.
// A read takes each write that the model allows in turn; a write is also given to each earlier read that does not
// depend on it (a backward revisit), and everything that was added after the read, and that the write does not depend
// on, is taken away. So that no graph comes twice, that is done only where all that goes away is what would have been
// added without any choice ("maximally": reads of the latest write, writes behind all others).
//
// What is beyond the paper:
// - Executions are run natively: for each graph the program starts over, or from where another execution stood (see
//   optimal_kept.cpp), does what is in the graph, in an order that extends po ∪ rf, and goes on from there.
// - Operations on synchronisation objects have a total order for each object, as far as they conflict. A new one is put
//   before each earlier one that it conflicts with and that it does not depend on, by a revisit: that one then waits
//   until the object lets it go on, and has precedence. A thread that waits for a lock has no event in the graph, unless
//   it was revisited. So no execution is explored that is merely blocked.
// See docs/optimal-search.md.
#pragma once

#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "memory/clocks.hpp"
#include "memory/consistency.hpp"
#include "memory/execution_graph.hpp"
#include "memory/locations.hpp"
#include "memory/weak.hpp"
#include "search/divisible.hpp"
#include "search/strategy.hpp"

namespace selvage::search {

/// Copies numbers, one for each thread: mostly four, for which a call of memmove() takes longer than the copy.
inline void copy_few(const std::uint32_t* from, std::uint32_t count, std::uint32_t* to) {
  if (count == 4) [[likely]] {
    std::memmove(to, from, 4 * sizeof *to);
  } else {
    std::memmove(to, from, count * sizeof *to);
  }
}

class Optimal : public Strategy, public memory::Weak, public Divisible {
  using EventRef = memory::EventRef;

 public:
  explicit Optimal(memory::MemoryModel model) : model_(model) { frames_.emplace_back(); }

  // Strategy
  void begin() override;
  int pick_thread(const ChoicePoint& point) override;
  int pick_alternative(int count, bool branching) override;
  bool worth_keeping() override;
  int keep() override;
  void took_eagerly(const machine::Op& op, int thread, const machine::Op* const* pending) override;
  bool next() override;
  void restart() override;
  void started(int parent, int child) override;
  void learned(int thread, int from) override;
  void alike(int thread, int first) override;
  void stuck(std::uint64_t threads, const machine::Op* const* pending) override;
  [[nodiscard]] std::string explanation() const override { return explanation_; }
  [[nodiscard]] bool exhausts() const override { return true; }
  [[nodiscard]] bool ended_early() const override;
  [[nodiscard]] double covered() const override { return covered_; }

  // Weak
  memory::Performed perform(const memory::AtomicAccess& access, memory::Clocks clocks,
                            const memory::Change& change) override;
  bool fence(int order, std::uint64_t pc, memory::Clocks clocks) override;
  bool barrier(std::uint64_t pc, memory::Clocks clocks) override;
  void forget(std::uint64_t address, std::uint64_t size) override;
  void value_is(EventRef write, const memory::Value& value) override;
  [[nodiscard]] memory::Value newest(std::uint64_t address) override;
  [[nodiscard]] std::uint32_t performed(int thread) const override {
    return static_cast<std::size_t>(thread) < executed_.size() ? executed_[thread] : 0;
  }
  [[nodiscard]] bool reads_newest(int thread, std::uint32_t since) const override;

  /// The search is done in parts: from now on, until there are `wanted` of them (or it is at its end), what is left of each
  /// graph becomes a part of its own, and they are taken in turn; after that each is searched to its end.
  void split(std::size_t wanted) {
    wanted_ = wanted;
    splitting_ = true;
  }
  bool was_split() override;
  [[nodiscard]] std::size_t parts() const override { return parts_.size() - first_part_; }
  void only_part(std::size_t index) override;
  void prefer_part(std::size_t index) override;
  /// The number of the kept state (keep()) that the next execution can be taken up from, with most of it done; -1: none.
  [[nodiscard]] int taken_up_from() const;
  /// In place of begin(): the machine has been put there.
  void take_up(int slot);
  /// What was kept is there no more.
  void forget_kept();
  /// The graph of the execution that is being run, or has just ended.
  [[nodiscard]] const memory::ExecutionGraph& graph() const { return frames_.back().graph; }
  /// Executions that were begun and found to be impossible: an operation that cannot be done where it was put.
  [[nodiscard]] std::uint64_t discarded() const { return discarded_; }

 private:
  using Numbers = std::vector<std::uint32_t>;  ///< how many events of each thread

  /// What the next new event of a thread must be.
  struct Preset {
    int thread = -1;
    EventRef source;                            ///< reads: whom from
    std::uint32_t position = memory::kNowhere;  ///< stores: behind whom in modification order
    bool revisits = false;  ///< it has been put before an earlier event, and is put before no other
  };
  /// Something still to be explored from a graph: what to do in place of the event that was performed as `number`.
  struct Item {
    enum class What : std::uint8_t { read_from, put_behind, choose, revisit } what = What::read_from;
    int thread = 0;
    std::uint32_t number = 0;
    EventRef source;             ///< read_from; revisit: of the read-modify-write that revisits
    std::uint32_t position = 0;  ///< put_behind: in modification order; choose: the value
    EventRef revisited;
    std::size_t keep = 0;  ///< revisit: where in Frame::keeps
    std::uint32_t location =
        memory::kNowhere;  ///< revisit by an operation on objects: the one that they share
    double weight = 0;     ///< its share of the search, see weigh()
  };
  struct Frame {
    memory::ExecutionGraph graph;
    std::vector<Item> items;
    Numbers keeps;
    Preset first;                             ///< what is new in this graph
    std::uint32_t first_number = 0;           ///< when it was performed; 0: not yet
    std::uint32_t shared = memory::kNowhere;  ///< what has lower numbers is as in the frame before
  };

  /// Where an execution stood: part of the graph had been performed.
  struct Kept {
    int slot;
    std::size_t frame;    ///< how many frames there were
    std::uint32_t last;   ///< the highest Event::performed so far
    std::uint32_t count;  ///< how many events had been performed
    Numbers executed, prefixes;
    memory::Locations places;
    Numbers handed_on;  ///< by the operations on objects: what becomes known only after them
  };
  static constexpr std::size_t kMostKept = 64;  ///< as many as Checkpoints has
  void drop_kept(std::size_t index);
  void set_next_keep(std::uint32_t count);
  [[nodiscard]] std::uint32_t count() const;
  template <typename F>
  void for_each_handed_on(F f);

  /// A graph to be searched, and what is new in it.
  struct Part {
    Frame frame;
    Preset preset;
    int choice_thread;
    std::uint32_t choice_value;
    double weight;
  };
  [[nodiscard]] bool too_large_to_split() const;
  void set_apart();
  void take_part(Part& part);
  memory::ExecutionGraph& now() { return frames_.back().graph; }
  std::uint32_t* prefix_of(int thread) {
    return prefixes_.data() + static_cast<std::size_t>(thread) * width_;
  }
  void make_room(int thread);
  bool ready(int thread) const;
  /// Is the next event of the thread an operation that reads memory as well, where that read has yet to be performed?
  [[nodiscard]] bool half_done(int thread) const {
    return has_halves_ && half_done(thread, executed_[thread]);
  }
  [[nodiscard]] bool half_done(int thread, std::uint32_t at) const;
  void forget_halves();
  void weigh();
  void complete_operation(EventRef e);
  int step(int thread, const machine::Op& op);
  int diverged(std::string what);

  // alike.cpp
  [[nodiscard]] bool same_so_far(int a, int b, std::uint32_t length) const;
  template <typename F>
  void for_each_ahead(int thread, const machine::Op& op, F f) const;
  [[nodiscard]] bool is_behind(int thread, const ChoicePoint& point) const;
  [[nodiscard]] bool waits_behind(int thread, std::uint64_t waiting, const machine::Op* const* pending) const;
  void depend_on_alike(int thread, const machine::Op& op);
  [[nodiscard]] bool reads_too_early(std::uint32_t location, EventRef source) const;
  [[nodiscard]] std::uint32_t behind_alike(std::uint32_t location, std::uint32_t oldest) const;

  std::uint32_t object_at(std::uint64_t address);
  bool perform_object(int thread, const machine::Op& op);
  void depend(std::uint32_t* prefix, std::uint32_t location, bool exclusive, std::size_t behind);
  std::uint32_t* released_by(EventRef e, std::uint32_t location);
  void keep_readers(std::vector<Numbers>& keeps, const memory::Location& l, EventRef x);
  void keep_releases(Numbers& keep, const memory::Location& l, EventRef x);
  void object_revisits(int thread, machine::EventKind kind, std::uint32_t location, bool exclusive,
                       EventRef after, const Numbers& base, std::uint32_t number);

  bool maximal(EventRef revisited, const std::uint32_t* keep, EventRef self) const;
  bool latest(const memory::Location& l, EventRef write, std::uint32_t number,
              const std::uint32_t* keep) const;
  void add_revisit(int thread, std::uint32_t number, EventRef revisited, EventRef source,
                   const Numbers& keep);
  void apply(const Item& item);
  Frame spare_frame();
  bool take_preset(int thread, Preset& preset);

  memory::Performed replay(EventRef e, const memory::AtomicAccess& access, memory::Clocks clocks,
                           const memory::Change& change);
  memory::Performed perform_new(const memory::AtomicAccess& access, std::uint32_t location,
                                memory::Clocks clocks, const memory::Change& change);
  memory::Performed perform_revisited(EventRef e, const memory::AtomicAccess& access, memory::Clocks clocks,
                                      const memory::Change& change);
  memory::Performed settle(EventRef e, const memory::AtomicAccess& access, memory::Clocks clocks,
                           const memory::Change& change, EventRef source, std::uint32_t position);
  void older_sources(EventRef e, const memory::AtomicAccess& access, const race::VectorClock& before,
                     const Numbers& base, const memory::Change& change);
  bool add_fence(int order, std::uint64_t pc, int thread);
  void note_fence(int thread, const race::VectorClock& now);
  void older_positions(EventRef e, std::uint32_t oldest);
  bool would_be_allowed(EventRef e, EventRef source, bool writes, std::uint32_t position, int order,
                        const race::VectorClock& before, const Numbers& base);
  void write_revisits(EventRef e, const Numbers& base);
  void revisits_without(EventRef e, std::uint32_t number, EventRef other, EventRef source,
                        const Numbers& keep);
  template <typename F>
  void for_each_read(std::uint32_t location, F f) {
    const memory::Location& l = now().location(location);
    for (const EventRef r : l.reads) f(r);
    for (const EventRef r : l.mo) {
      if (now().at(r).access == memory::Access::update) f(r);
    }
  }
  Numbers numbers_of(int thread) { return {prefix_of(thread), prefix_of(thread) + width_}; }
  void join_prefix(Numbers& numbers, EventRef e) const;
  void set_clock(std::uint32_t* to, const race::VectorClock& from) const;
  void get_message(EventRef write, race::VectorClock& message) const;
  void count_newer(memory::Performed& result, EventRef behind) const;

  memory::MemoryModel model_;
  std::vector<Frame> frames_, spare_frames_;
  std::vector<Part> parts_;
  std::size_t part_ = 0;        ///< the next one to be taken
  std::size_t first_part_ = 0;  ///< the first after splitting
  std::size_t wanted_ = 0;
  bool splitting_ = false, was_split_ = false;
  Preset preset_;
  int choice_thread_ = -1;          ///< whose next choice is settled ...
  std::uint32_t choice_value_ = 0;  ///< ... and how
  std::uint32_t width_ = 4;
  // The current run.
  Numbers executed_;               ///< how many events of each thread have been performed natively
  Numbers prefixes_;               ///< for each thread what its next event depends on
  Numbers base_, keep_, settled_;  ///< buffers
  bool has_halves_ = false;        ///< some operation so far, in any execution, reads memory as well
  EventRef operation_;             ///< the operation on an object that is being performed
  memory::Locations places_;
  // Interchangeable threads (alike.cpp), in the current run.
  std::vector<int> alike_;        ///< by thread: the first that it is interchangeable with; -1: none
  std::vector<EventRef> behind_;  ///< what the event that is being performed comes behind
  // How much of the search is done (coverage.cpp).
  double covered_ = 0, weight_ = 1;  ///< so far; the share of the current run and all that it leads to
  std::size_t weighed_ = 0;          ///< how many items of the current graph have their weight
  std::uint32_t next_keep_ = 0;      ///< so many events must have been performed where a state is kept
  std::uint32_t length_ = 0;         ///< of the latest execution, in events
  std::vector<Kept> kept_;  ///< those of frames further down first, and there those with less performed
  std::vector<Kept> spare_;
  std::uint64_t slots_ = 0;  ///< in use, a bit mask
  std::uint64_t discarded_ = 0;
  std::string explanation_;
};

}  // namespace selvage::search
