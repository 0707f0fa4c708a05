// The stateful search: every state once, each of its steps from there.
//
// Where the stateless search runs executions from their beginning, this one goes back to a state (machine/snapshot.hpp) and
// makes one step from it: a thread moves from one scheduling point to its next. Steps that lead to the same state are merged.
// States are met in the order of how many steps lead to them (breadth first), so what is found is found by a shortest way.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "machine/snapshot.hpp"
#include "search/strategy.hpp"
#include "state/graph.hpp"

namespace selvage::machine {

/// The values that are chosen within one step: those given, then the first of each; and which there were.
class StepChoices : public search::Strategy {
 public:
  struct Choice {
    std::uint16_t value;
    int count;
  };
  void start(const std::vector<std::uint16_t>& given) {
    given_.assign(given.begin(), given.end());
    made_.clear();
  }
  [[nodiscard]] const std::vector<Choice>& made() const { return made_; }
  /// The values to give next, so that each combination has its turn; false where all had.
  bool advance(std::vector<std::uint16_t>* values) const;
  void begin() override {}
  int pick_thread(const search::ChoicePoint& /*point*/) override { return kCut; }
  int pick_alternative(int count, bool branching) override;
  bool next() override { return false; }
  void restart() override {}
  [[nodiscard]] bool exhausts() const override { return true; }

 private:
  std::vector<std::uint16_t> given_;
  std::vector<Choice> made_;
};

/// Steps in the form of search::Schedule::steps.
std::vector<std::uint16_t> as_schedule(const std::vector<state::Step>& steps);

class StatefulSearch {
 public:
  /// What the search asks of the exploration that it is part of.
  struct Host {
    std::function<void()> begin;        ///< runs an execution until a thread stands still, or to its end
    std::function<bool()> judge;        ///< the step has ended the execution or met a race; false: the search ends
    std::function<bool()> out_of_budget;
  };
  StatefulSearch(Output& output, StepChoices& choices, Host host)
      : snapshots_(output), choices_(&choices), host_(std::move(host)) {}
  /// True where every state was visited, false where the host or the budget ended the search.
  bool run();
  [[nodiscard]] const state::Graph& graph() const { return graph_; }
  /// States whose steps have not been taken yet.
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  /// Bytes that states and steps take.
  [[nodiscard]] std::uint64_t memory() const;
  /// As in search::Schedule::steps: how to get to `state`.
  [[nodiscard]] std::vector<std::uint16_t> schedule_to(state::StateId state) const;

 private:
  struct Waiting {
    state::StateId id;
    State state;
  };
  bool expand(const Waiting& from);
  template <typename Start>
  bool steps(state::StateId from, int thread, Start start);
  void resume(int thread) const;
  bool to_be_checked();
  State spare();
  void tell_the_way(state::StateId from, const state::Step& step) const;

  Snapshots snapshots_;
  StepChoices* choices_;
  Host host_;
  state::Graph graph_;
  std::deque<Waiting> waiting_;
  State state_;               ///< a buffer
  std::vector<State> spare_;  ///< memory of states that are done with
  std::uint64_t taken_ = 0;  ///< steps
};

}  // namespace selvage::machine
