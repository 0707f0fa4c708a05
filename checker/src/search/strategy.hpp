// A search strategy: decides which execution comes next, one choice at a time.
#pragma once

#include <cstdint>
#include <string>

#include "machine/op.hpp"
#include "race/vector_clock.hpp"

namespace selvage::search {

/// What a strategy sees at a scheduling point.
struct ChoicePoint {
  std::uint64_t enabled = 0;  ///< bit mask of the threads that can move; never 0
  int current = 0;            ///< who moved last
  bool branching = true;  ///< false: nothing after this point is to be explored (the execution is redundant)
  const machine::Op* const* pending = nullptr;  ///< by thread: what it is about to do
};

class Strategy {
 public:
  static constexpr int kCut = -1;       ///< another execution covers this one: end it
  static constexpr int kDiverged = -2;  ///< the program did not do what it did before
  static constexpr int kMisfit = -3;    ///< the schedule cannot be followed: explanation() says why

  virtual ~Strategy() = default;
  int running = 0;  ///< set by the machine before it asks for an alternative: whose it is
  /// A new execution begins (also the same one again, where the machine had to start it over).
  virtual void begin() = 0;
  /// The thread that will be picked next, where that is known beforehand; -1: it is not.
  [[nodiscard]] virtual int wanted() const { return -1; }
  /// The thread that moves next, or one of the constants above.
  virtual int pick_thread(const ChoicePoint& point) = 0;
  /// A value in [0, count) for a nondeterministic step of the running thread; count >= 2.
  virtual int pick_alternative(int count, bool branching) = 0;
  /// A step was taken without asking, since it needs no branching; it may conflict with pending ones.
  virtual void took_eagerly(const machine::Op& /*op*/, int /*thread*/,
                            const machine::Op* const* /*pending*/) {}
  /// `thread`, by its last steps in a row, came back to a state it was in before: what could follow those
  /// steps is not explored after them.
  virtual void went_round(int /*thread*/) {}
  /// `parent` has started `child`.
  virtual void started(int /*parent*/, int /*child*/) {}
  /// `thread` now depends on all that `from` has done: it joined it, or was woken by it.
  virtual void learned(int /*thread*/, int /*from*/) {}
  /// `thread`, which was just started, can change places with `first`: executions that differ only in that are covered by
  /// one of them.
  virtual void alike(int /*thread*/, int /*first*/) {}
  /// None of `threads` (a bit mask) will ever move again.
  virtual void stuck(std::uint64_t /*threads*/, const machine::Op* const* /*pending*/) {}
  /// Asked before pick_thread(): should the machine keep where it stands, for executions to come?
  virtual bool worth_keeping() { return false; }
  /// It does: under this number.
  virtual int keep() { return -1; }
  /// The execution has ended; false where there is nothing left to explore.
  virtual bool next() = 0;
  /// Forget everything: the machine found that other events must be visible.
  virtual void restart() = 0;
  [[nodiscard]] virtual std::string explanation() const { return {}; }
  /// Did the execution end although the strategy expected more choices?
  [[nodiscard]] virtual bool ended_early() const { return false; }
  /// An estimate of the part of the search that is done, from 0 to 1; below 0: there is none. Only to be asked for after
  /// next(), or once that was false.
  [[nodiscard]] virtual double covered() const { return -1; }
  /// Did it leave anything out because of a bound? Why, or empty.
  [[nodiscard]] virtual std::string bound() const { return {}; }
  /// May a finished search say that everything was explored?
  [[nodiscard]] virtual bool exhausts() const = 0;
};

}  // namespace selvage::search
