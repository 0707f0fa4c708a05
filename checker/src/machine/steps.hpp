// One step: the program is put back to a state, and a thread moves from its scheduling point to its next.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
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
    if (!given.empty() || !given_.empty()) [[unlikely]]
      given_ = given;
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

class Steps {
 public:
  Steps(Snapshots& snapshots, StepChoices& choices)
      : snapshots_(&snapshots),
        choices_(&choices),
        always_thorough_(std::getenv("SELVAGE_THOROUGH") != nullptr) {}
  /// Takes all steps of `thread`, one for each combination of values chosen in it, each from where `start`
  /// puts it. visit(ended) is called after each, with step() and, unless the execution has ended, state();
  /// false: the rest is left.
  template <typename Start, typename Visit>
  bool each(int thread, Start start, Visit visit);
  /// The same from `from`.
  template <typename Visit>
  bool each_from(std::span<const state::BlobId> from, int thread, Visit visit) {
    return each(
        thread,
        [&] {
          snapshots_->restore(from);
          resume(thread);
        },
        visit);
  }
  /// The threads that can move in `from`, a bit mask.
  std::uint64_t enabled_in(std::span<const state::BlobId> from) {
    snapshots_->restore(from);
    return enabled_threads();
  }
  [[nodiscard]] const state::Step& step() const { return step_; }
  [[nodiscard]] const State& state() const { return state_; }
  /// Has the step come out differently when it was taken again?
  static bool differed() {
    return g.ending.how == Ending::How::violation && g.ending.verdict == Verdict::nondeterministic;
  }
  /// Ends the step as one that did; `where`: what differs, may be empty.
  static void end_as_different(int thread, const std::string& where);
  /// Is there a wait that will end, if nothing else ends it, by a time-out?
  static bool time_passes();
  /// Has the machine found that the search must start over? It finds that once.
  static bool starts_over() {
    return g.ending.how == Ending::How::restart || g.ending.how == Ending::How::need_threads;
  }

 private:
  static constexpr std::uint64_t kThorough = 4096;  ///< every such step is checked with all of memory
  static constexpr std::uint64_t kCareful = 64;     ///< so many steps are taken more than twice
  static constexpr int kFirstTimes = 3;             ///< that often a step may come out differently at first
  static constexpr int kAfterDifference = 8;        ///< and so often in a row alike after that
  static void begin_step();
  static void resume(int thread);
  bool to_be_checked();
  template <typename Start>
  bool take(Start start);
  template <typename Start>
  bool settles(Start start, bool* ended);

  Snapshots* snapshots_;
  StepChoices* choices_;
  State state_;
  state::Step step_;
  std::vector<std::uint16_t> values_;
  std::uint64_t taken_ = 0;
  bool always_thorough_;  ///< for tests: no step relies on what is known of others
};

/// Takes the step with the values that were set; does the program stand again?
template <typename Start>
bool Steps::take(Start start) {
  choices_->start(values_);
  if (always_thorough_) snapshots_->be_thorough(true);
  begin_step();
  start();
  while (g.ending.how == Ending::How::running && g.next_at_stop >= 0) resume(g.next_at_stop);
  if (!step_.choices.empty()) step_.choices.clear();
  for (const auto& choice : choices_->made()) step_.choices.push_back(choice.value);
  const bool stands = g.ending.how == Ending::How::running;
  if (stands) {
    snapshots_->take(&state_);
  } else {
    snapshots_->lost_track();
    state_.assign(1, static_cast<state::BlobId>(g.ending.how));
  }
  return stands;
}

/// Takes the step that was just taken again, until it has come out alike often enough in a row; does it?
/// Where it does not, it has ended as one that differed.
template <typename Start>
bool Steps::settles(Start start, bool* ended) {
  // What is done for the first time (a symbol bound, a page written) may leave other remains on stacks
  // than later. But where there was a difference it may also be chance that the next two are alike.
  int alike = 1, wanted = taken_ <= kCareful ? 4 : 2;
  for (int again = 0; alike < wanted && !starts_over(); ++again) {
    const State before = state_;
    // In turn with what is known of other steps and without: neither may make a difference.
    if (again % 2 == 0) {
      snapshots_->be_thorough(taken_ % kThorough == 0);
    } else {
      snapshots_->be_quick();
    }
    *ended = !take(start);
    if (Snapshots::same_step(state_, before)) {
      ++alike;
      continue;
    }
    alike = 1;
    wanted = kAfterDifference;
    if (again < kFirstTimes || starts_over()) continue;
    snapshots_->be_quick();
    const std::uint64_t at = before.size() > 1 && !*ended ? snapshots_->first_difference(before) : 0;
    end_as_different(step_.thread, at == 0 ? "" : name_of(at));
    return false;
  }
  snapshots_->be_quick();
  return true;
}

template <typename Start, typename Visit>
bool Steps::each(int thread, Start start, Visit visit) {
  values_.clear();
  step_.thread = static_cast<std::int8_t>(thread);
  do {
    bool ended = !take(start);
    if (to_be_checked() && !starts_over() && !settles(start, &ended)) return visit(true);
    if (!visit(ended)) return false;
  } while (!choices_->made().empty() && choices_->advance(&values_));
  return true;
}

}  // namespace selvage::machine
