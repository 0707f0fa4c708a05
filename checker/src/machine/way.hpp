// How to get from one state to another that is so many steps away, where the states between were not kept.
//
// Searches once more from the first, now keeping how each state was met. Where there is no room for all of
// them, the state that the way leads through half-way is found, and then both halves (Hirschberg, A linear
// space algorithm for computing maximal common subsequences, CACM 18, 1975): twice the time, for the square
// root of the room.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "machine/steps.hpp"
#include "state/frontier.hpp"

namespace selvage::machine {

class Way {
 public:
  explicit Way(Steps& steps) : steps_(&steps) {}
  /// What is looked for: the state with this hash, or else, where `shows` is given, one with a step after
  /// which it holds.
  struct Wanted {
    const state::Hash128* hash;
    state::Step* last_step;  ///< becomes that step
    std::function<bool()> shows;
  };
  /// The steps from `from` to what is wanted, `distance` of them; nothing where it is not there.
  std::optional<std::vector<state::Step>> find(const State& from, std::uint64_t distance,
                                               const Wanted& wanted);

 private:
  template <typename OnMet>
  void expand(OnMet met);
  void begin(const State& from);
  std::uint32_t find(const Wanted& wanted);
  Steps* steps_;
  state::Frontier frontier_;
};

}  // namespace selvage::machine
