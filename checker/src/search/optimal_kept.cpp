// Executions of graphs that have their beginning in common: where one stood is kept, and others are taken up
// from there.
//
// A state is of use for each graph that has all that was performed before it. Numbers (Event::performed)
// tell: a graph is made from another by taking away what has higher numbers than some event, and no number is
// given twice as long as what had it is there. States are kept in the order of the frames, and go with what
// they are of.
#include <algorithm>
#include <bit>

#include "search/optimal.hpp"

namespace selvage::search {

using memory::Access;
using memory::Event;
using memory::EventRef;
using memory::ExecutionGraph;
using memory::kNowhere;

namespace {

// In events. What is left at the end takes less time than to keep where it begins.
constexpr std::uint32_t kEvery = 4, kBefore = 6;

}  // namespace

/// Calls f(operation, how many numbers, where they are) for the operations on objects that have been
/// performed: what they hand on is found out by the run, since what ends them is no event.
template <typename F>
void Optimal::for_each_handed_on(F f) {
  ExecutionGraph& graph = now();
  for (int t = 0; t < graph.threads(); ++t) {
    for (std::uint32_t i = 0; i < executed_[t]; ++i) {
      const EventRef e(t, i);
      const Event& event = graph.at(e);
      if (event.access != Access::object) continue;
      if (event.second != kNowhere) {
        f(graph.clock(e), 2 * width_);  // the message is right behind
      } else {
        f(graph.message(e), width_);
      }
    }
  }
}

std::uint32_t Optimal::count() const {
  std::uint32_t count = 0;
  for (const std::uint32_t n : executed_) count += n;
  return count;
}

/// Most executions branch off near their end: from there on is counted, if they are as long as the latest.
void Optimal::set_next_keep(std::uint32_t count) {
  const std::uint32_t from = count + kEvery;
  const std::uint32_t left = length_ < from + kBefore ? 0 : length_ - kBefore - from;
  next_keep_ = length_ < from + kBefore ? kNowhere : from + left % kEvery;
}

bool Optimal::worth_keeping() { return next_keep_ != kNowhere && count() >= next_keep_; }

int Optimal::keep() {
  const std::uint32_t performed = count();
  set_next_keep(performed);
  // The first one is of use for all graphs.
  if (kept_.size() == kMostKept) drop_kept(1);
  if (!spare_.empty()) {
    kept_.push_back(std::move(spare_.back()));
    spare_.pop_back();
  } else {
    kept_.emplace_back();
  }
  Kept& k = kept_.back();
  k.slot = std::countr_one(slots_);
  slots_ |= std::uint64_t{1} << k.slot;
  k.frame = frames_.size();
  k.count = performed;
  k.last = 0;
  const ExecutionGraph& graph = now();
  for (int t = 0; t < graph.threads(); ++t) {
    // A thread's events are performed one after the other, so of each the last has the highest number.
    if (executed_[t] != 0) k.last = std::max(k.last, graph.at({t, executed_[t] - 1}).performed);
  }
  k.executed = executed_;
  k.prefixes = prefixes_;
  k.places = places_;
  k.handed_on.clear();
  for_each_handed_on([&](const std::uint32_t* from, std::uint32_t n) {
    k.handed_on.insert(k.handed_on.end(), from, from + n);
  });
  return k.slot;
}

int Optimal::taken_up_from() const {
  std::uint32_t shared = kNowhere;
  std::size_t frame = frames_.size();
  for (std::size_t i = kept_.size(); i-- > 0;) {
    for (; frame > kept_[i].frame; --frame) shared = std::min(shared, frames_[frame - 1].shared);
    if (kept_[i].last < shared) return kept_[i].slot;
  }
  return -1;
}

void Optimal::take_up(int slot) {
  const auto k =
      std::find_if(kept_.begin(), kept_.end(), [slot](const Kept& one) { return one.slot == slot; });
  executed_ = k->executed;
  prefixes_ = k->prefixes;
  places_ = k->places;
  operation_ = {};
  set_next_keep(k->count);
  const std::uint32_t* from = k->handed_on.data();
  for_each_handed_on([&](std::uint32_t* to, std::uint32_t n) {
    std::copy_n(from, n, to);
    from += n;
  });
}

void Optimal::drop_kept(std::size_t index) {
  slots_ &= ~(std::uint64_t{1} << kept_[index].slot);
  spare_.push_back(std::move(kept_[index]));
  kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Optimal::forget_kept() {
  while (!kept_.empty()) drop_kept(kept_.size() - 1);
}

}  // namespace selvage::search
