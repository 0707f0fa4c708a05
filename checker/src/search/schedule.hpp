// The short form of a schedule: one line of text that says all that is needed to run an execution again.
//
//   v1 races=stop leaks=report eager=1 timeouts=2 visible=a.out+0x4010/4 0*3 1*2 :1 0
//
// Steps: `2` thread 2 moves once, `2*5` five times, `:1` a nondeterministic step takes value 1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "search/strategy.hpp"
#include "selvage/selvage.hpp"

namespace selvage::search {

/// A plain location whose accesses are events.
struct VisibleLocation {
  std::string object;  ///< file name of the module, or empty: an absolute address
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
};

struct Schedule {
  Races races = Races::stop;
  bool report_leaks = true;
  bool eager_unlock = true;
  bool reads_chosen = false;  ///< the steps say what atomic reads read, too (docs/optimal-search.md)
  unsigned max_timeouts = 2;
  bool crash_children = false;
  std::vector<VisibleLocation> visible;
  bool lends = false;
  std::vector<std::uint64_t>
      lent;  ///< where `lends`: granules of stacks that are shared, in order (machine/spin.cpp)
  std::vector<std::string> weaken, drop_lock;  ///< as in Options
  std::vector<std::uint16_t> steps;            ///< a thread, or kAlternativeStep | value
};
inline constexpr std::uint16_t kAlternativeStep = 0x8000;

std::string to_text(const Schedule& schedule);
/// Throws std::invalid_argument with one clear sentence for anything that is not a schedule.
Schedule schedule_from_text(const std::string& text);

/// Follows a schedule exactly; refuses at the first step that does not fit.
class Replay : public Strategy {
 public:
  explicit Replay(std::vector<std::uint16_t> steps) : steps_(std::move(steps)) {}
  void begin() override { at_ = 0; }
  int pick_thread(const ChoicePoint& point) override;
  int pick_alternative(int count, bool branching) override;
  bool next() override { return false; }
  void restart() override { begin(); }
  [[nodiscard]] std::string explanation() const override { return explanation_; }
  [[nodiscard]] bool exhausts() const override { return false; }
  [[nodiscard]] bool ended_early() const override { return at_ < steps_.size(); }
  [[nodiscard]] int wanted() const override {
    return at_ < steps_.size() && (steps_[at_] & kAlternativeStep) == 0 ? steps_[at_] : -1;
  }

 private:
  std::vector<std::uint16_t> steps_;
  std::size_t at_ = 0;
  std::string explanation_;
};

}  // namespace selvage::search
