#include "search/rounds.hpp"

#include "search/schedule.hpp"

namespace selvage::search {

int Rounds::pick_thread(const ChoicePoint& point) {
  if (at_ < steps_.size()) {
    const std::uint16_t step = steps_[at_++];
    return (step & kAlternativeStep) == 0 && (point.enabled >> step & 1) != 0 ? step : kCut;
  }
  // Threads that the machine has found to go round cannot move any more: the others go on.
  constexpr std::size_t kRounds = 1000;
  for (std::size_t tries = 0; tries < round_.size(); ++tries) {
    if (++picks_ > kRounds * round_.size()) return kCut;
    const int thread = round_[picks_ % round_.size()];
    if ((point.enabled >> thread & 1) != 0) return thread;
  }
  return kCut;
}

int Rounds::pick_alternative(int count, bool /*branching*/) {
  if (at_ >= steps_.size()) return 0;
  const std::uint16_t step = steps_[at_++];
  const int value = step & ~kAlternativeStep;
  return (step & kAlternativeStep) != 0 && value < count ? value : 0;
}

}  // namespace selvage::search
