// Execution graphs: the events of one execution with program order, reads-from and modification order.
//
// Beside atomic accesses and fences a graph holds the operations on synchronisation objects. The order of those that
// conflict on an object is part of the graph as well, and each depends on the ones before it; so `prefix` below means
// everything that an event depends on: (po ∪ rf ∪ object order)*.
//
// Happens-before is not stored as edges: an event keeps its thread's clock (race/vector_clock.hpp), and `a` happens
// before `b` where b's clock has reached a's epoch.
#pragma once

#include <cstdint>
#include <vector>

#include "race/vector_clock.hpp"

namespace selvage::memory {

using race::VectorClock;

/// The name of an event: thread and position in it. Stays the same in all graphs that have the event.
struct EventRef {
  std::uint32_t bits = kNone;
  static constexpr std::uint32_t kNone = 0xffffffff, kInitial = 0xfffffffe;
  static constexpr int kIndexBits = 24;
  EventRef() = default;
  EventRef(int thread, std::uint32_t index)
      : bits(static_cast<std::uint32_t>(thread) << kIndexBits | index) {}
  static EventRef initial() {
    EventRef r;
    r.bits = kInitial;
    return r;
  }
  [[nodiscard]] int thread() const { return static_cast<int>(bits >> kIndexBits); }
  [[nodiscard]] std::uint32_t index() const { return bits & ((1U << kIndexBits) - 1); }
  [[nodiscard]] bool none() const { return bits == kNone; }
  [[nodiscard]] bool is_initial() const { return bits == kInitial; }
  [[nodiscard]] bool real() const { return bits < kInitial; }
  bool operator==(const EventRef&) const = default;
};

/// A value of an atomic object, of at most 16 bytes.
struct Value {
  std::uint64_t low = 0, high = 0;
  bool operator==(const Value&) const = default;
};

enum class Access : std::uint8_t {
  read,    ///< a load, or a compare-exchange that failed
  write,   ///< a store
  update,  ///< a read-modify-write: reads, and writes right behind in modification order
  fence,
  object,  ///< an operation on one or two synchronisation objects
  choice   ///< a value chosen by the search
};

inline bool is_read(Access a) { return a == Access::read || a == Access::update; }
inline bool is_write(Access a) { return a == Access::write || a == Access::update; }

inline constexpr std::uint32_t kNowhere = 0xffffffff;

struct Event {
  Access access = Access::read;
  std::int8_t order = 0;   ///< of a failed compare-exchange: the failure order
  bool exclusive = false;  ///< object: conflicts with every operation on it; else only with exclusive ones
  bool late = false;       ///< a plain write: what it writes is known once it has been performed
  std::uint8_t kind = 0;   ///< what the program did, to recognise it on replay
  std::uint32_t chosen = 0, choices = 0;  ///< choice: which value, of how many
  std::uint32_t location = kNowhere;      ///< of an atomic access; object: the first object
  std::uint32_t second = kNowhere;        ///< object: the second one
  std::uint32_t size = 0;
  EventRef source;  ///< reads: whom from
  /// Who was put before this event after it had been added (a backward revisit); none: nobody.
  EventRef revisitor;
  /// When it was added, a number that grows. What was revisited keeps it.
  std::uint32_t added = 0;
  /// When it was performed, in the same numbers; 0: it is to be performed again, or for the first time.
  std::uint32_t performed = 0;
  std::uint32_t epoch = 0;            ///< its thread's own clock
  std::uint64_t address = 0, pc = 0;  ///< to recognise it on replay
  Value value;                        ///< writes: what it writes
  std::uint64_t time = 0;             ///< ... and the virtual time that goes with it
};

/// An atomic object, from its initialisation to its end; or a synchronisation object.
struct Location {
  std::uint64_t address = 0;
  std::uint32_t instance = 0;  ///< how many lived at the address before, in the same execution
  std::uint32_t size = 0;
  bool object = false;
  Value initial;
  std::vector<EventRef> mo;     ///< writes in modification order; objects: all operations in their order
  std::vector<EventRef> reads;  ///< those that only read, in any order
};

class ExecutionGraph {
 public:
  explicit ExecutionGraph(std::uint32_t width = 4) : width_(width) {}

  [[nodiscard]] int threads() const { return static_cast<int>(threads_.size()); }
  [[nodiscard]] std::uint32_t length(int thread) const {
    return thread < threads() ? static_cast<std::uint32_t>(threads_[thread].events.size()) : 0;
  }
  [[nodiscard]] Event& at(EventRef e) { return threads_[e.thread()].events[e.index()]; }
  [[nodiscard]] const Event& at(EventRef e) const { return threads_[e.thread()].events[e.index()]; }
  [[nodiscard]] Location& location(std::uint32_t l) { return locations_[l]; }
  [[nodiscard]] const Location& location(std::uint32_t l) const { return locations_[l]; }
  [[nodiscard]] std::uint32_t locations() const { return static_cast<std::uint32_t>(locations_.size()); }
  /// The number of the location; made where it is new.
  std::uint32_t location_of(std::uint64_t address, std::uint32_t instance, std::uint32_t size, bool object,
                            Value initial);

  /// A new event at the end of a thread, not yet performed.
  EventRef add(int thread, const Event& event);
  /// The next number for Event::added and Event::performed.
  std::uint32_t tick() { return ++clock_; }

  /// How many events of each thread `e` depends on, itself included: width() numbers.
  [[nodiscard]] std::uint32_t* prefix(EventRef e) {
    return threads_[e.thread()].clocks.data() + std::size_t{e.index()} * 3 * width_;
  }
  [[nodiscard]] const std::uint32_t* prefix(EventRef e) const {
    return threads_[e.thread()].clocks.data() + std::size_t{e.index()} * 3 * width_;
  }
  [[nodiscard]] bool depends(EventRef later, EventRef earlier) const {
    return prefix(later)[earlier.thread()] > earlier.index();
  }
  /// The thread's clock at the event: width() numbers.
  [[nodiscard]] std::uint32_t* clock(EventRef e) { return prefix(e) + width_; }
  [[nodiscard]] const std::uint32_t* clock(EventRef e) const { return prefix(e) + width_; }
  /// What a write hands on to those that read it: width() numbers.
  [[nodiscard]] std::uint32_t* message(EventRef e) { return prefix(e) + 2 * width_; }
  [[nodiscard]] const std::uint32_t* message(EventRef e) const { return prefix(e) + 2 * width_; }
  [[nodiscard]] std::uint32_t width() const { return width_; }
  /// Makes room for more threads.
  void widen(std::uint32_t width);

  /// Does `a` happen before the event `b`? The initial writes happen before everything.
  [[nodiscard]] bool happens_before(EventRef a, EventRef b) const {
    if (a.thread() == b.thread()) return a.index() < b.index();
    return clock(b)[a.thread()] >= at(a).epoch;
  }
  /// Does `a` happen before whatever the thread whose clock this is does next?
  [[nodiscard]] bool happens_before(EventRef a, int thread, const VectorClock& now) const {
    return a.thread() == thread || now.get(a.thread()) >= at(a).epoch;
  }

  /// Where in modification order: 0 for the initial value, 1 for the first write ...
  [[nodiscard]] std::uint32_t position(const Location& l, EventRef write) const;
  [[nodiscard]] EventRef write_at(const Location& l, std::uint32_t position) const {
    return position == 0 ? EventRef::initial() : l.mo[position - 1];
  }
  [[nodiscard]] Value value_of(const Location& l, EventRef write) const {
    return write.real() ? at(write).value : l.initial;
  }
  /// The performed read-modify-write that reads from `write`; none where there is none.
  [[nodiscard]] EventRef updated_by(const Location& l, EventRef write) const;

  /// Takes away everything that was added after `number`, and makes undone what was performed after it.
  void cut(std::uint32_t number);
  /// Takes the event out of its location: it is to be performed again.
  void undo(EventRef e);
  /// Enters it: a write right behind the position `behind` in modification order.
  void enter(EventRef e, std::uint32_t behind);

  /// The graph with the events that were added up to `number` and those in `keep` (how many of each thread), of which
  /// only those performed before `number`, or in `keep`, are performed.
  [[nodiscard]] ExecutionGraph restricted(std::uint32_t number, const std::uint32_t* keep) const {
    ExecutionGraph r(width_);
    restrict_into(r, number, keep);
    return r;
  }
  /// The same, where the memory of another graph is used again.
  void restrict_into(ExecutionGraph& r, std::uint32_t number, const std::uint32_t* keep) const;

  /// A 64-bit number for (po, rf, mo and object order), for tests: equal graphs have equal ones.
  [[nodiscard]] std::uint64_t fingerprint() const;

 private:
  struct ThreadEvents {
    std::vector<Event> events;
    std::vector<std::uint32_t> clocks;  ///< for each event: prefix, clock, message
  };
  void shorten(int thread, std::uint32_t length);
  std::uint32_t width_;
  std::uint32_t clock_ = 0;
  std::vector<ThreadEvents> threads_;
  std::vector<Location> locations_;
};

}  // namespace selvage::memory
