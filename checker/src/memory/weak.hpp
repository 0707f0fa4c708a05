// Where the value of an atomic read comes from, if not simply from memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "memory/clocks.hpp"
#include "memory/execution_graph.hpp"

namespace selvage::memory {

/// An atomic access, or a plain one that is an event.
struct AtomicAccess {
  int thread;
  Access access;      ///< read, write, or update (that may turn out to be a read)
  std::uint8_t kind;  ///< report::EventKind
  int order;
  int failure_order;  ///< of a compare-exchange; -1: there is none
  std::uint64_t address;
  std::uint32_t size;
  std::uint64_t pc;
  Value initial;  ///< what is in memory, should this be the first access
};

/// The value to be written, given the one that was read (writes: whatever); nothing where nothing is written.
using Change = std::function<std::optional<Value>(const Value&)>;

struct Performed {
  enum class How : std::uint8_t {
    done,
    impossible,  ///< the execution is not consistent, or is another one: end it
    diverged,    ///< the program did something else than before
    overlap      ///< atomic accesses of different sizes to the same bytes
  } how = How::done;
  Value read, written;
  bool wrote = false;
  bool latest = true;  ///< what was written is now the newest in modification order
  EventRef event, source;
  /// How to come to the same in this order of steps: of the writes performed so far, and the initial value, the one with so
  /// many newer ones.
  int newer = 0;
  bool was_choice = false;  ///< there was more than one; and it was not asked for already
};

class Weak {
 public:
  virtual ~Weak() = default;
  /// The program starts over.
  virtual void new_run() {}
  /// Performs the access for the thread that was picked last.
  virtual Performed perform(const AtomicAccess& access, Clocks clocks, const Change& change) = 0;
  /// False where the program did something else than before.
  virtual bool fence(int order, std::uint64_t pc, Clocks clocks) = 0;
  /// A seq_cst fence that only orders seq_cst operations: nobody synchronises with anybody through it.
  virtual bool barrier(std::uint64_t pc, Clocks clocks) = 0;
  /// What lived in [address, address + size) has ended: a plain write, or the memory was given back.
  virtual void forget(std::uint64_t address, std::uint64_t size) = 0;
  /// A plain write turns out to have written this.
  virtual void value_is(EventRef write, const Value& value) = 0;
  /// How many events the thread has performed in this run.
  [[nodiscard]] virtual std::uint32_t performed(int thread) const = 0;
  /// Has the thread, in all events from the one numbered `since` on, read what is the newest now?
  [[nodiscard]] virtual bool reads_newest(int thread, std::uint32_t since) const = 0;
  /// The newest value at an address, of those written so far.
  [[nodiscard]] virtual Value newest(std::uint64_t address) = 0;
};

}  // namespace selvage::memory
