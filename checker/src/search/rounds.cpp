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
    if (picks_ > kRounds * round_.size()) return kCut;
    const std::uint16_t step = round_[picks_++ % round_.size()];
    if ((step & kAlternativeStep) == 0 && (point.enabled >> step & 1) != 0) return step;
  }
  return kCut;
}

int Rounds::pick_alternative(int count, bool /*branching*/) {
  const bool prefix = at_ < steps_.size();
  const std::uint16_t step = prefix ? steps_[at_++] : round_[picks_ % round_.size()];
  const int value = step & ~kAlternativeStep;
  if ((step & kAlternativeStep) == 0) return 0;
  if (!prefix) ++picks_;
  return value < count ? value : 0;
}

}  // namespace selvage::search
