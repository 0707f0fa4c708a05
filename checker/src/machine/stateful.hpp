// The stateful search: every state once, each of its steps from there.
//
// Where the stateless search runs executions from their beginning, this one goes back to a state
// (machine/snapshot.hpp) and makes one step from it: a thread moves from one scheduling point to its next.
// Steps that lead to the same state are merged. States are met in the order of how many steps lead to them
// (breadth first), so what is found is found by a shortest way.
//
// While they fit into memory all states are kept, so that whoever goes round for ever is found. After that,
// where no state has come up again so far, the search goes on without (machine/level_search.hpp).
#pragma once

#include <deque>
#include <vector>

#include "machine/level_search.hpp"
#include "machine/snapshot.hpp"
#include "machine/steps.hpp"
#include "state/graph.hpp"

namespace selvage::machine {

class StatefulSearch {
 public:
  StatefulSearch(Output& output, StepChoices& choices, SearchHost host)
      : snapshots_(output),
        steps_(snapshots_, choices),
        host_(std::move(host)),
        levels_(snapshots_, steps_, host_) {}
  /// True where every state was visited, false where the host or the budget ended the search.
  bool run();
  /// The states that were kept, and the steps between them.
  [[nodiscard]] const state::Graph& graph() const { return graph_; }
  [[nodiscard]] std::uint64_t states() const { return graph_.states() + levels_.states(); }
  [[nodiscard]] std::uint64_t transitions() const { return graph_.steps() + levels_.transitions(); }
  /// States whose steps have not been taken yet.
  [[nodiscard]] std::uint64_t waiting() const { return waiting_.size() + levels_.waiting(); }
  /// Bytes that states and steps take.
  [[nodiscard]] std::uint64_t memory() const;
  /// As in search::Schedule::steps: how to get to `state`, which was kept.
  [[nodiscard]] std::vector<std::uint16_t> schedule_to(state::StateId state) const;

 private:
  struct Waiting {
    state::StateId id;
    State state;
  };
  bool expand(const Waiting& from);
  bool arrived(state::StateId from, bool ended);
  bool keeps_too_many() const;
  bool search_levels();
  State spare();
  void tell_the_way(state::StateId from) const;

  Snapshots snapshots_;
  Steps steps_;
  SearchHost host_;
  LevelSearch levels_;
  state::Graph graph_;
  std::deque<Waiting> waiting_;
  std::uint32_t searches_ = 0;  ///< begun so far
  std::vector<State> spare_;    ///< memory of states that are done with
};

}  // namespace selvage::machine
