#include "machine/way.hpp"

#include <algorithm>
#include <bit>
#include <map>

namespace selvage::machine {

namespace {

/// The different steps: few.
class StepNumbers {
 public:
  std::uint32_t number(const state::Step& step) {
    std::vector<std::uint16_t> key{static_cast<std::uint16_t>(step.thread)};
    key.insert(key.end(), step.choices.begin(), step.choices.end());
    const auto [at, added] = numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(steps_.size()));
    if (added) steps_.push_back(step);
    return at->second;
  }
  const state::Step& operator[](std::uint32_t number) const { return steps_[number]; }

 private:
  std::map<std::vector<std::uint16_t>, std::uint32_t> numbers_;
  std::vector<state::Step> steps_;
};

/// How a state was met first.
struct Met {
  std::uint32_t from;  ///< its place on the level before
  std::uint32_t step;
};

}  // namespace

/// Takes all steps from a level; met(from, step) is called for each state of the next that is new.
template <typename OnMet>
void Way::expand(OnMet met) {
  for (std::uint64_t room = 2 * std::uint64_t{frontier_.size()} + 1024;; room *= 4) {
    bool done = true;
    for (std::uint32_t i = 0; i < frontier_.size() && done; ++i) {
      const state::Frontier::Node& node = frontier_[i];
      const std::uint32_t origin = node.origin.load(std::memory_order_relaxed);
      for (std::uint64_t rest = node.enabled; rest != 0 && done; rest &= rest - 1) {
        steps_->each_from(frontier_.pieces(node), std::countr_zero(rest), [&](bool ended) {
          if (ended) return true;
          const std::uint32_t before = frontier_.next_size();
          done = frontier_.add(Snapshots::hash(steps_->state()), steps_->state(), g.enabled_at_stop, origin);
          if (frontier_.next_size() != before) met(before, i, steps_->step());
          return done;
        });
      }
    }
    if (done) return;
    frontier_.again(room);
  }
}

void Way::begin(const State& from) {
  frontier_.clear();
  frontier_.advance(1024);
  frontier_.add({0, 0}, from, steps_->enabled_in(from), 0);
  frontier_.advance(1024);
}

std::uint32_t Way::find(const Wanted& wanted) {
  if (wanted.hash != nullptr) {
    for (std::uint32_t i = 0; i < frontier_.size(); ++i) {
      if (frontier_[i].hash == *wanted.hash) return i;
    }
  }
  // Equal states may look different the second time.
  for (std::uint32_t i = 0; wanted.last_step != nullptr && i < frontier_.size(); ++i) {
    for (std::uint64_t rest = frontier_[i].enabled; rest != 0; rest &= rest - 1) {
      const bool not_here =
          steps_->each_from(frontier_.pieces(frontier_[i]), std::countr_zero(rest), [&](bool /*ended*/) {
            if (!wanted.shows()) return true;
            *wanted.last_step = steps_->step();
            return false;
          });
      if (!not_here) return i;
    }
  }
  return frontier_.size();
}

std::optional<std::vector<state::Step>> Way::find(const State& from, std::uint64_t distance,
                                                  const Wanted& wanted) {
  if (distance == 0) return std::vector<state::Step>{};
  constexpr std::uint64_t kMost =
      32'000'000;  // states, in the first half, of which it is kept how they were met: 256 MB
  StepNumbers numbers;
  std::vector<std::vector<Met>> levels;
  std::vector<State> middle_states;
  std::vector<state::Hash128> middle_hashes;
  std::uint64_t kept = 0;
  bool keep = true;
  const std::uint64_t middle = distance / 2;
  begin(from);
  for (std::uint64_t level = 0; level < distance; ++level) {
    if (level == middle) {
      frontier_.number_origins();
      for (std::uint32_t i = 0; i < frontier_.size(); ++i) {
        const auto pieces = frontier_.pieces(frontier_[i]);
        middle_states.emplace_back(pieces.begin(), pieces.end());
        middle_hashes.push_back(frontier_[i].hash);
      }
    }
    auto& met = levels.emplace_back();
    expand([&](std::uint32_t at, std::uint32_t place, const state::Step& step) {
      met.resize(at);  // where the level is done again
      met.push_back({place, numbers.number(step)});
    });
    frontier_.advance(2 * std::uint64_t{frontier_.next_size()} + 1024);
    kept += met.size();
    if (kept > kMost && level < middle)
      keep = false;  // from the middle on, the origins are states of the middle
    if (!keep) levels.back() = {};
  }
  std::uint32_t at = find(wanted);
  if (at == frontier_.size()) return std::nullopt;
  if (!keep) {
    const state::Hash128 end = frontier_[at].hash;
    const std::uint32_t through = frontier_[at].origin.load(std::memory_order_relaxed);
    levels = {};
    auto way = find(from, middle, {&middle_hashes[through], nullptr, nullptr});
    const auto rest = find(middle_states[through], distance - middle, {&end, nullptr, nullptr});
    if (!way || !rest) return std::nullopt;
    way->insert(way->end(), rest->begin(), rest->end());
    return way;
  }
  std::vector<state::Step> way;
  for (std::uint64_t level = distance; level-- > 0;) {
    const Met& met = levels[level][at];
    way.push_back(numbers[met.step]);
    at = met.from;
  }
  std::reverse(way.begin(), way.end());
  return way;
}

}  // namespace selvage::machine
