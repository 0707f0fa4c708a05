// The states that a stateful search has met and the steps between them: where each was reached from, and what goes round
// for ever. Knows nothing of what a state is.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace selvage::state {

using StateId = std::uint32_t;
inline constexpr StateId kNoState = ~StateId{0};

/// 128 bits that stand for a state: two states with the same hash are taken for one. With 2^40 states the chance that any
/// two differ is below 2^-48.
struct Hash128 {
  std::uint64_t low, high;
  bool operator==(const Hash128&) const = default;
};

/// What led from one state to another: a thread's step, with the values chosen in it.
struct Step {
  std::int8_t thread = -1;  ///< -1: the program's beginning
  std::vector<std::uint16_t> choices;
};

class Graph {
 public:
  /// What the graph needs to know of a state.
  struct About {
    std::uint64_t enabled = 0;  ///< the threads that can move, a bit mask
    bool time_passes = false;   ///< somebody's time will be up: nothing stays like this for ever
  };
  /// The number of the state; *added tells whether it is new. The rest is kept for a new one.
  StateId add(const Hash128& hash, StateId from, const Step& step, const About& about, bool* added);
  /// A step from the state expanded last (states are expanded in the order of their numbers), without choices or with.
  /// `to`: kNoState where the program ended.
  void add_step(StateId from, StateId to, const Step& step);
  [[nodiscard]] std::uint64_t states() const { return nodes_.size(); }
  [[nodiscard]] std::uint64_t steps() const { return edges_.size(); }
  /// Has some step led to a state that had been met before it? Only then can anything go round.
  [[nodiscard]] bool has_back_step() const { return back_step_; }
  /// The steps from the first state to `state`.
  [[nodiscard]] std::vector<Step> path_to(StateId state) const;
  [[nodiscard]] const Hash128& hash(StateId state) const { return nodes_[state].hash; }
  [[nodiscard]] std::uint64_t enabled(StateId state) const { return nodes_[state].enabled; }
  /// The step by which `state` was first met.
  [[nodiscard]] const Step& step_to(StateId state) const { return steps_[nodes_[state].step]; }
  [[nodiscard]] StateId from(StateId state) const { return nodes_[state].from; }
  /// How many steps lead to it, at the least.
  [[nodiscard]] std::uint32_t depth(StateId state) const { return nodes_[state].depth; }

  /// Threads that can keep each other going for ever in a set of states that they need not leave.
  struct Cycle {
    StateId entry = kNoState;  ///< kNoState: there is none
    std::vector<Step> round;   ///< from entry back to entry
  };
  /// A cycle that a fair schedule can follow: every thread that can move somewhere on it (infinitely often, then) does
  /// move, and where values are chosen all of them keep to it (each comes up infinitely often). Strong fairness is found
  /// as in Emerson and Lei, Modalities for Model Checking, 1987, section 5: components, less the states where somebody could
  /// move who never does; choices as in de Alfaro, Formal Verification of Probabilistic Systems, 1997, section 3.3 (end
  /// components): components, less the steps that may lead out.
  [[nodiscard]] Cycle fair_cycle() const;
  [[nodiscard]] std::uint64_t memory() const;
  void clear() { *this = Graph(); }

 private:
  struct Node {
    Hash128 hash;
    StateId from;
    std::uint32_t depth : 31;
    std::uint32_t time_passes : 1;
    std::uint32_t step;            ///< in steps_
    std::uint32_t first_edge = 0;  ///< of its steps in edges_, which are next to each other
    std::uint32_t edge_count = 0;
    std::uint64_t enabled;
  };
  struct Edge {
    StateId to;
    std::uint32_t step;  ///< in steps_
  };
  void grow();
  /// Gives the states that `inside` marks with `set` the numbers of their strongly connected components (by the usable
  /// steps), counted from *next; others keep theirs.
  void number_components(std::vector<std::uint32_t>& inside, const std::vector<bool>& usable,
                         std::uint32_t set, std::uint32_t* next) const;
  /// Calls visit(number) for the usable steps of `state` that stay in its component.
  template <typename Visit>
  void each_inside(StateId state, const std::vector<std::uint32_t>& inside, const std::vector<bool>& usable,
                   Visit visit) const;
  /// Takes back the steps of `state` one of whose values leads out of its component; true where there were any.
  bool take_back(StateId state, const std::vector<std::uint32_t>& inside, std::vector<bool>& usable) const;
  [[nodiscard]] Cycle round_in(const std::vector<std::uint32_t>& inside, const std::vector<bool>& usable,
                               StateId start, std::uint64_t movers) const;
  std::uint32_t intern_step(const Step& step);
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> table_;  // open addressing; number + 1, 0: free
  std::vector<Edge> edges_;
  std::vector<Step> steps_;                                           // the different ones: few
  std::map<std::vector<std::uint16_t>, std::uint32_t> step_numbers_;  // of those with choices
  std::vector<std::uint32_t> plain_steps_;  // of those without, by thread + 1; number + 1, 0: not met yet
  bool back_step_ = false;
};

}  // namespace selvage::state
