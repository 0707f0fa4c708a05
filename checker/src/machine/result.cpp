// What an exploration has to tell at its end; each violation is run once more, to record its trace.
#include <algorithm>

#include "machine/access.hpp"
#include "machine/changes.hpp"
#include "machine/explorer.hpp"
#include "machine/modules.hpp"
#include "machine/symmetry.hpp"
#include "machine/units.hpp"
#include "search/directed.hpp"
#include "search/schedule.hpp"

namespace selvage::machine {

report::RawViolation Explorer::recorded(const Found& found, bool* reproduced) {
  report::RawViolation raw;
  raw.kind = found.kind;
  raw.message = found.message;
  raw.preemptions = found.preemptions;
  raw.schedule = search::to_text(found.schedule);
  for (int t = 0; t < kMaxThreads; ++t) {
    if ((found.threads >> t & 1) != 0) raw.threads.push_back(t);
  }
  if (found.lost) {
    raw.schedule.clear();
    raw.message += "; how it comes about was not found again";
    return raw;
  }
  apply(found.schedule);
  std::unique_ptr<search::Strategy> kept = std::move(strategy_);
  if (g.options.search == Search::directed) {
    strategy_ = std::make_unique<search::DirectedSearch>(job_.directed->steps());
  } else {
    strategy_ = std::make_unique<search::Replay>(found.schedule.steps);
  }
  std::vector<PendingRace> races;
  for (int tries = 0; tries < 8; ++tries) {
    output_.clear();
    start_recording(found.key);
    g.recording = g.careful = true;
    run_once();
    g.recording = false;
    g.careful = g.options.crash_children;
    races = take_races();
    if (g.ending.how != Ending::How::need_threads) break;
    grow_thread_locals();
  }
  // Not fflush: the execution may have ended while it held the stream's lock.
  if (!g.forked || g.ending.how != Ending::How::completed) fflush_unlocked(stdout);
  const std::string outcome = ended_with();
  raw.output = output_.all();
  output_.clear();
  if (found.kind == Verdict::data_race) {
    *reproduced = false;
    for (const PendingRace& r : races) {
      if (r.key == found.key) {
        *reproduced = true;
        raw.stack = r.stack;
      }
    }
  } else if (found.key.starts_with(kUnexpected)) {
    *reproduced = g.ending.how == Ending::How::completed && found.key == std::string(kUnexpected) + outcome;
  } else {
    *reproduced = g.ending.how == Ending::How::violation && g.ending.verdict == found.kind;
    if (*reproduced) raw.stack = g.ending.stack;
  }
  if (found.preemptions == ~0U) raw.preemptions = g.preemptions;  // was not known until now
  finish_recording(raw);
  strategy_ = std::move(kept);
  return raw;
}

void Explorer::fill(report::RawResult& result) {
  result.executions = executions_;
  result.blocked = blocked_;
  result.bounded = bounded_;
  result.events = g.total_events;
  result.states = states_;
  result.transitions = steps_;
  result.memory = memory_;
  result.seconds = seconds_before_ + g.budget.elapsed();
  if (g.options.symmetry) result.symmetry = interchangeable_threads();
  if (const std::string bound = strategy_->bound(); !bound.empty()) note_bound(bound);
  result.modules = loaded_modules();
  result.units = units().instrumented;
  result.whole_units = units().whole;
  for (const auto& [value, seen] : outcomes_) {
    Outcome outcome;
    outcome.value = value;
    outcome.executions = seen.executions;
    // A search that keeps no way to it gives none.
    if (seen.preemptions != ~0U) outcome.schedule = search::to_text(schedule_now(seen.steps));
    result.outcomes.push_back(std::move(outcome));
  }
  // What would have come after a race was not run.
  const bool cut =
      g.options.races == Races::stop &&
      std::any_of(found_.begin(), found_.end(), [](const Found& f) { return f.kind == Verdict::data_race; });
  const bool incomplete = !finished_ || cut || g.bounded || !g.strategy->exhausts() || g.race_ignored_ever;
  result.complete = !incomplete && refused_.empty();
  if (result.complete) {
    result.covered = 1;
  } else if (!why_stopped_.empty() && strategy_->covered() >= 0) {
    result.covered = std::clamp(strategy_->covered() + covered_by_others_, 0.0, 1.0);
  }
  // A schedule is text of the search's setting, so violations come last: recording changes the setting.
  for (const Found& f : found_) {
    bool reproduced = true;
    report::RawViolation raw = recorded(f, &reproduced);
    if (!reproduced && f.kind != Verdict::nondeterministic && f.key != "directed") {
      raw.message = "the program did something else when the same schedule was replayed: " + f.message +
                    " did not happen again";
      raw.kind = Verdict::nondeterministic;
    }
    result.violations.push_back(std::move(raw));
  }
  result.refused = refused_;
  result.beyond_sc = beyond_sc_;
  result.out_of_budget = !why_stopped_.empty();
  result.sites = sites_met();
  result.weaken = g.options.weaken;
  result.drop_lock = g.options.drop_lock;
  const bool one_execution = g.options.search == Search::replay || g.options.search == Search::directed;
  if (const std::string unmet = one_execution ? "" : changes_not_met(); !unmet.empty()) {
    if (result.violations.empty() && result.refused.empty()) result.refused = unmet;
    result.caveat = unmet + " before this violation, which the program has as it is";
  }
  if (!result.violations.empty()) {
    result.verdict = result.violations.front().kind;
    result.message = result.violations.front().message;
  } else if (result.complete && executions_ > 0) {
    result.verdict = Verdict::proved;
  } else {
    result.verdict = Verdict::exhausted;
    result.complete = false;
    if (!refused_.empty()) {
      result.message = refused_;
    } else if (g.race_ignored_ever) {
      result.message =
          "data races were met and ignored (--races ignore), so not every execution was explored";
    } else if (!g.strategy->exhausts() && why_stopped_.empty()) {
      result.message = "only the given schedule was run";
    } else if (!why_stopped_.empty()) {
      result.message = why_stopped_;
    } else if (g.bounded) {
      result.message = g.bounded_why;
    } else {
      result.message = "no execution came to its end";
    }
  }
}

}  // namespace selvage::machine
