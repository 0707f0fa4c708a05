// Depth-first search over all interleavings, with or without sleep sets.
#pragma once

#include <vector>

#include "search/divisible.hpp"
#include "search/strategy.hpp"

namespace selvage::search {

/// Sleep sets as in Godefroid, Partial-Order Methods for the Verification of Concurrent Systems (LNCS 1032,
/// 1996), chapter 5: after a thread's step was explored from a state it sleeps in that state's other
/// branches until somebody does something that does not commute with that step. Every Mazurkiewicz trace
/// is executed to its end exactly once; a prefix whose movable threads all sleep is cut.
class Exhaustive : public Strategy, public Divisible {
 public:
  /// `reduce`: with sleep sets; without them every interleaving is executed. `preemptions`: no more than so many times in an
  /// execution is a thread stopped that could go on; below 0: any number. With a bound there must be no reduction.
  explicit Exhaustive(bool reduce, int preemptions = -1) : reduce_(reduce), most_preemptions_(preemptions) {
    nodes_.reserve(1 << 12);
  }
  /// The search is divided after so many choices.
  void divide_after(std::uint64_t choices) { divide_after_ = choices; }
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
  bool was_split() override;
  [[nodiscard]] std::size_t parts() const override { return parts_.size(); }
  void only_part(std::size_t index) override;
  void prefer_part(std::size_t index) override;

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
  /// Choices that lead to an execution not run yet, and what is left of the search from `base` on.
  struct Part {
    std::vector<Node> nodes;
    std::size_t base;  ///< choices before this one stay as they are
  };
  /// The threads whose branches have not been begun.
  [[nodiscard]] std::uint64_t left(const Node& node) const {
    return node.open & ~node.done & ~(std::uint64_t{1} << node.chosen) & ~(reduce_ ? node.sleep : 0);
  }
  [[nodiscard]] static bool leads_on(const Node& node, std::uint64_t left) {
    return node.alternatives != 0 ? node.chosen + 1 < node.alternatives : left != 0;
  }
  [[nodiscard]] double left_of(const std::vector<Node>& nodes, std::size_t base) const;
  [[nodiscard]] bool advance(std::vector<Node>* nodes, std::size_t base) const;
  [[nodiscard]] std::size_t first_of_round(std::size_t last) const;
  void set_apart();
  bool take_next();
  [[nodiscard]] bool is_preemption(const ChoicePoint& point, int next) const;
  static constexpr std::size_t kParts =
      256;  ///< many more than processes, so that all have something to do to the end
  bool reduce_;
  int most_preemptions_;
  int preemptions_ = 0;  ///< in this execution so far
  bool cut_ = false;     ///< the bound has left something out
  std::vector<Node> nodes_;
  std::size_t base_ = 0;  ///< of the part that is searched
  std::size_t depth_ = 0;
  // Of the parts (exhaustive_parts.cpp):
  std::vector<Part> parts_;
  std::size_t part_ = 0;  ///< the first that nobody has taken
  std::size_t wanted_ = kParts;
  std::uint64_t divide_after_ = 1 << 18;  ///< choices: some hundredths of a second
  std::uint64_t choices_ = 0;
  bool splitting_ = false, was_split_ = false;
  double pending_ = 0;       ///< how much of the search is left in those that nobody has taken
  std::size_t stored_ = 0;   ///< their choices
  std::uint64_t sleep_ = 0;  ///< who sleeps where the execution is now
  unsigned run_ = 0;         ///< choices in a row that let the current thread go on
  std::string explanation_;
};

}  // namespace selvage::search
