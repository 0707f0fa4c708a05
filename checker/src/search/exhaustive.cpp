#include "search/exhaustive.hpp"

#include <bit>

namespace selvage::search {

namespace {

constexpr std::uint64_t bit(int thread) { return std::uint64_t{1} << thread; }

std::uint64_t signature_of(const machine::Op& op) {
  std::uint64_t h = static_cast<std::uint64_t>(op.kind) + 1;
  h = (h ^ op.address) * 0x9e3779b97f4a7c15;
  h = (h ^ (h >> 29) ^ op.pc) * 0xbf58476d1ce4e5b9;
  return h ^ (h >> 32);
}

std::string in_words(const machine::Op& op, int thread) {
  return "T" + std::to_string(thread) + " (event kind " + std::to_string(static_cast<int>(op.kind)) + ")";
}

}  // namespace

void Exhaustive::begin() {
  depth_ = 0;
  sleep_ = 0;
  run_ = 0;
  preemptions_ = 0;
}

std::string Exhaustive::bound() const {
  if (!cut_) return {};
  return "not every execution was explored (bound: " + std::to_string(most_preemptions_) +
         (most_preemptions_ == 1 ? " preemption)" : " preemptions)");
}

/// (A thread that polls lets others go first of its own accord.)
bool Exhaustive::is_preemption(const ChoicePoint& point, int next) const {
  return next != point.current && (point.enabled & bit(point.current)) != 0 &&
         point.pending[point.current]->kind != machine::EventKind::preempt;
}

void Exhaustive::restart() {
  nodes_.clear();
  base_ = 0;
  cut_ = false;
  parts_.clear();
  part_ = 0;
  wanted_ = kParts;
  choices_ = 0;
  splitting_ = was_split_ = false;
  pending_ = 0;
  stored_ = 0;
  begin();
}

int Exhaustive::pick_thread(const ChoicePoint& point) {
  int chosen;
  std::uint64_t covered = 0;
  if (depth_ < nodes_.size()) {
    Node& node = nodes_[depth_];
    chosen = node.chosen;
    if (node.alternatives != 0 || node.enabled != point.enabled) {
      explanation_ = "at choice " + std::to_string(depth_) + " other threads could move than before";
      return kDiverged;
    }
    const std::uint64_t signature = signature_of(*point.pending[chosen]);
    if (node.signature == 0) {
      node.signature = signature;
    } else if (node.signature != signature) {
      explanation_ = "at choice " + std::to_string(depth_) + " another operation than before was next of " +
                     in_words(*point.pending[chosen], chosen);
      return kDiverged;
    }
    covered = node.sleep | (node.done & ~node.round);
  } else if (!point.branching) {
    // Only followed to its end: the current thread first, then the others in order.
    return (point.enabled & bit(point.current)) != 0 ? point.current : std::countr_zero(point.enabled);
  } else {
    std::uint64_t within = point.enabled;
    if (most_preemptions_ >= 0 && preemptions_ >= most_preemptions_) {
      for (std::uint64_t rest = point.enabled; rest != 0; rest &= rest - 1) {
        const int t = std::countr_zero(rest);
        if (is_preemption(point, t)) within &= ~bit(t);
      }
      cut_ = cut_ || within != point.enabled;
    }
    const std::uint64_t open = within & ~sleep_;
    if (open == 0) return kCut;
    // The current thread goes on, which makes for few preemptions; but not one that polls, for then the
    // first execution might never end.
    constexpr unsigned kLongRun = 1000;
    const bool polls = point.pending[point.current]->kind == machine::EventKind::preempt || run_ >= kLongRun;
    const std::uint64_t others = open & ~bit(point.current);
    if ((open & bit(point.current)) != 0 && !(polls && others != 0)) {
      chosen = point.current;
    } else {
      // The next one round, so that several that poll all get their turn.
      const std::uint64_t after = others & ~(bit(point.current) | (bit(point.current) - 1));
      chosen = std::countr_zero(after != 0 ? after : others);
    }
    Node node;
    node.enabled = point.enabled;
    node.open = within;
    node.sleep = sleep_;
    node.chosen = static_cast<std::int16_t>(chosen);
    node.signature = signature_of(*point.pending[chosen]);
    nodes_.push_back(node);
    covered = sleep_;
  }
  run_ = chosen == point.current ? run_ + 1 : 0;
  if (most_preemptions_ >= 0 && is_preemption(point, chosen)) ++preemptions_;
  ++depth_;
  if (reduce_) {
    sleep_ = 0;
    const machine::Op& taken = *point.pending[chosen];
    for (std::uint64_t rest = covered & ~bit(chosen); rest != 0; rest &= rest - 1) {
      const int t = std::countr_zero(rest);
      if (machine::independent(*point.pending[t], taken)) sleep_ |= bit(t);
    }
  }
  return chosen;
}

void Exhaustive::took_eagerly(const machine::Op& op, int thread, const machine::Op* const* pending) {
  for (std::uint64_t rest = sleep_ & ~bit(thread); rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    if (!machine::independent(*pending[t], op)) sleep_ &= ~bit(t);
  }
}

int Exhaustive::pick_alternative(int count, bool branching) {
  if (depth_ < nodes_.size()) {
    const Node& node = nodes_[depth_];
    if (node.alternatives != count) {
      explanation_ = "at choice " + std::to_string(depth_) + " another number of values was possible";
      return kDiverged;
    }
    ++depth_;
    return node.chosen;
  }
  if (!branching) return 0;
  Node node;
  node.alternatives = static_cast<std::int16_t>(count);
  nodes_.push_back(node);
  ++depth_;
  return 0;
}

void Exhaustive::went_round(int thread) {
  // Its steps must not sleep in the branches beside the round: there they may be the only ones left, and
  // what they lead to (a livelock) is seen in no other place.
  for (std::size_t i = depth_; i-- > 0;) {
    if (nodes_[i].alternatives != 0) continue;
    if (nodes_[i].chosen != thread) return;
    nodes_[i].round |= bit(thread);
  }
}

/// To the next execution that these choices lead to, of which those before `base` stay as they are; false: there is none.
bool Exhaustive::advance(std::vector<Node>* nodes, std::size_t base) const {
  while (nodes->size() > base) {
    Node& node = nodes->back();
    if (node.alternatives != 0) {
      if (++node.chosen < node.alternatives) return true;
    } else {
      const std::uint64_t open = left(node);
      node.done |= bit(node.chosen);
      if (open != 0) {
        node.chosen = static_cast<std::int16_t>(std::countr_zero(open));
        node.signature = 0;
        return true;
      }
    }
    nodes->pop_back();
  }
  return false;
}

}  // namespace selvage::search
