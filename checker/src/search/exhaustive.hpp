// Depth-first search over all interleavings, with or without sleep sets.
#pragma once

#include <vector>

#include "search/strategy.hpp"

namespace selvage::search {

/// Sleep sets as in Godefroid, Partial-Order Methods for the Verification of Concurrent Systems (LNCS 1032,
/// 1996), chapter 5: after a thread's step was explored from a state it sleeps in that state's other
/// branches until somebody does something that does not commute with that step. Every Mazurkiewicz trace
/// is executed to its end exactly once; a prefix whose movable threads all sleep is cut.
class Exhaustive : public Strategy {
 public:
  /// `reduce`: with sleep sets; without them every interleaving is executed. `preemptions`: no more than so many times in an
  /// execution is a thread stopped that could go on; below 0: any number. With a bound there must be no reduction.
  explicit Exhaustive(bool reduce, int preemptions = -1) : reduce_(reduce), most_preemptions_(preemptions) {
    nodes_.reserve(1 << 12);
  }
  void begin() override;
  int pick_thread(const ChoicePoint& point) override;
  int pick_alternative(int count, bool branching) override;
  void took_eagerly(const machine::Op& op, int thread, const machine::Op* const* pending) override;
  void went_round(int thread) override;
  bool next() override;
  void restart() override;
  [[nodiscard]] std::string explanation() const override { return explanation_; }
  [[nodiscard]] bool exhausts() const override { return true; }
  [[nodiscard]] bool ended_early() const override { return depth_ < nodes_.size(); }
  [[nodiscard]] double covered() const override;
  [[nodiscard]] std::string bound() const override;

 private:
  /// A choice that was made: of a thread (alternatives == 0) or of a value.
  struct Node {
    std::uint64_t enabled = 0;
    std::uint64_t open = 0;   ///< those of them whose branches are within the bound
    std::uint64_t sleep = 0;  ///< threads whose step is covered by another branch
    std::uint64_t done = 0;   ///< threads whose branch from here is finished
    std::uint64_t round = 0;  ///< threads whose branch was cut where it closed a round: it covers no other
    std::uint64_t signature = 0;  ///< of the step that was taken, to recognise it on replay
    std::int16_t chosen = 0;
    std::int16_t alternatives = 0;
  };
  [[nodiscard]] bool is_preemption(const ChoicePoint& point, int next) const;
  bool reduce_;
  int most_preemptions_;
  int preemptions_ = 0;  ///< in this execution so far
  bool cut_ = false;     ///< the bound has left something out
  std::vector<Node> nodes_;
  std::size_t depth_ = 0;
  std::uint64_t sleep_ = 0;  ///< who sleeps where the execution is now
  unsigned run_ = 0;         ///< choices in a row that let the current thread go on
  std::string explanation_;
};

}  // namespace selvage::search
