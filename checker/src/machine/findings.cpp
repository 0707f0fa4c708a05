// What is made of an execution that has ended, or of a step that met a race: violations, outcomes, or a
// search that starts over.
#include <algorithm>
#include <stdexcept>

#include "machine/access.hpp"
#include "machine/cold_pages.hpp"
#include "machine/explorer.hpp"
#include "machine/modules.hpp"
#include "machine/symmetry.hpp"
#include "report/bytes.hpp"

namespace selvage::machine {

void grow_thread_locals() {
  ColdPages::warm_up_all();
  g.segments.restore();
  g.thread_locals.grow(std::min(kMaxThreads, g.thread_locals.count() * 2));
  g.segments.adopt();
}

search::Schedule Explorer::schedule_now(std::vector<std::uint16_t> steps) const {
  search::Schedule s;
  s.races = g.options.races;
  s.report_leaks = g.options.report_leaks;
  s.eager_unlock = g.eager_unlock;
  s.reads_chosen = reads_chosen_;
  s.max_timeouts = g.options.max_timeouts;
  s.crash_children = g.options.crash_children;
  for (const auto& [address, size] : g.visible) s.visible.push_back(portable_location(address, size));
  s.lends = g.lends;
  if (g.lends) s.lent = g.lent;
  s.weaken = g.options.weaken;
  s.drop_lock = g.options.drop_lock;
  s.steps = std::move(steps);
  return s;
}

void Explorer::apply(const search::Schedule& s) {
  g.options.races = s.races;
  g.options.report_leaks = s.report_leaks;
  g.options.max_timeouts = s.max_timeouts;
  g.options.crash_children = s.crash_children;
  g.careful = g.recording || s.crash_children;
  g.eager_unlock = s.eager_unlock;
  reads_chosen_ = s.reads_chosen;
  g.lends = s.lends;
  if (s.lends) {
    g.lent = s.lent;
    g.lent_more = false;
  }
  for (const auto& [address, size] : g.visible) unmark_visible(address, size);
  g.visible.clear();
  for (const auto& location : s.visible) {
    const std::uint64_t address = address_of(location);
    if (address == 0)
      throw std::invalid_argument("the schedule does not fit the program: it names " + location.object);
    g.visible.emplace_back(address, location.size);
    mark_visible(address, location.size);
  }
}

void Explorer::add(Found found) {
  for (Found& f : found_) {
    if (f.key != found.key) continue;
    if (found.preemptions < f.preemptions) f = std::move(found);
    return;
  }
  found_.push_back(std::move(found));
  if (job_.control != nullptr) job_.control->violations.fetch_add(1, std::memory_order_relaxed);
}

/// The outcome of the execution that has just been completed; good until the next is asked for.
const std::string& Explorer::ended_with() {
  if (!job_.run_mode) return g.outcome;
  std::string text;
  if (g.printed) text = output_.standard_output();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  ended_with_ = "exit " + std::to_string(g.exit_status) + (text.empty() ? "" : ": ") + text;
  return ended_with_;
}

bool Explorer::expects(std::string_view outcome) const {
  const auto& right = g.options.expected;
  if (right.empty() || std::find(right.begin(), right.end(), outcome) != right.end()) return true;
  return std::find(right.begin(), right.end(), report::to_printable(outcome, true)) != right.end();
}

void Explorer::add_outcome() {
  const std::string& value = ended_with();
  if (!expects(value)) {
    std::string message = value.empty()
                              ? std::string("it ended without an outcome")
                              : "it ended with the outcome " + value + ", which is none of those expected";
    Found found{Verdict::assertion,
                std::move(message),
                0,
                g.preemptions,
                schedule_now(g.schedule),
                {},
                std::string(kUnexpected) + value};
    for (int t = 0; t < g.thread_limit; ++t) {
      if (g.threads[t].state != Thread::State::unused) found.threads |= bit(t);
    }
    add(std::move(found));
    if (!g.options.keep_going) stopped_ = true;
  }
  if (!job_.run_mode && !g.has_outcome) return;
  auto at = outcomes_.find(value);
  if (at == outcomes_.end()) {
    at = outcomes_.emplace(value, OutcomeSeen{}).first;
    at->second.preemptions = ~0U;
  }
  ++at->second.executions;
  if (g.preemptions < at->second.preemptions) {
    at->second.preemptions = g.preemptions;
    at->second.steps = g.schedule;
  }
}

/// Forgets what was found so far but violations: the search starts over with more visible events.
void Explorer::forget() {
  strategy_->restart();
  if (graphs_seen_) graphs_seen_->clear();
  outcomes_.clear();
  executions_ = 0;
  blocked_ = 0;
  bounded_ = 0;
  g.total_events = 0;
}

/// The program does not go as the directed schedule says.
void Explorer::add_misfit(std::string why) {
  add({Verdict::misuse, std::move(why), 0, g.preemptions, schedule_now(g.schedule), {}, "directed"});
  stopped_ = true;
}

void Explorer::judge() {
  again_ = false;
  using How = Ending::How;
  if (g.ending.how != How::need_threads) g.total_events += g.events;  // that one is done again
  std::vector<PendingRace> races = take_races();
  // A search that starts over finds them again, and their schedules would be of the search before.
  if (g.ending.how == How::restart) races.clear();
  if (g.ending.how == How::completed && uses_symmetry() && ended_between_joins()) {
    forget_between_joins();
    forget();
    again_ = true;
    return;
  }
  const bool explore_races = g.options.races == Races::explore && g.options.search != Search::directed;
  for (const PendingRace& r : races) {
    if (g.options.search == Search::directed) continue;
    if (g.options.races == Races::ignore) continue;
    add({Verdict::data_race, r.message, r.threads, g.preemptions, schedule_now(g.schedule), r.race, r.key});
  }
  if (!races.empty() && g.options.races == Races::stop && g.options.search != Search::directed) {
    ++executions_;  // it ended at the race
    if (!g.options.keep_going) stopped_ = true;
    return;
  }
  switch (g.ending.how) {
    case How::need_threads:
      grow_thread_locals();
      if (searched_ != nullptr) searched_->forget_kept();
      again_ = true;
      return;
    case How::restart:
      forget();
      again_ = true;
      return;
    case How::beyond_sc:
      beyond_sc_ = stopped_ = true;
      return;
    case How::refused:
      if (g.options.search == Search::directed) {
        add_misfit(g.ending.message);
        return;
      }
      refused_ = g.ending.message;
      stopped_ = true;
      return;
    case How::cut:
      ++(g.ending.bounded ? bounded_ : blocked_);
      break;
    case How::completed:
      if (strategy_->ended_early()) {
        if (g.options.search == Search::directed) {
          add_misfit(strategy_->explanation());
          return;
        }
        if (g.options.search == Search::replay) {
          refused_ = "the schedule does not fit the program: the program ends before the schedule does";
          stopped_ = true;
          return;
        }
        add({Verdict::nondeterministic,
             "the program did something else when the same schedule was replayed: it ended earlier than "
             "before",
             1,
             g.preemptions,
             schedule_now(g.schedule),
             {},
             "nondeterministic"});
        stopped_ = true;
        return;
      }
      ++executions_;
      if (graphs_seen_) check_new_graph();
      if (!g.race_ignored || g.options.races != Races::stop) add_outcome();
      break;
    case How::violation: {
      ++executions_;
      note_cut_graph(g.ending.verdict);
      if (g.options.search == Search::replay && strategy_->ended_early() &&
          g.ending.verdict != Verdict::nondeterministic) {
        refused_ = "the schedule does not fit the program: the program ends before the schedule does";
        stopped_ = true;
        return;
      }
      Found found{g.ending.verdict,
                  g.ending.message,
                  g.ending.threads,
                  g.preemptions,
                  schedule_now(g.schedule),
                  {},
                  std::string(to_string(g.ending.verdict)) + g.ending.message};
      const bool hopeless = found.kind == Verdict::unsupported || found.kind == Verdict::nondeterministic;
      add(std::move(found));
      if (hopeless || !g.options.keep_going) stopped_ = true;
      break;
    }
    case How::running:
    case How::out_of_budget:
      break;
  }
  if (stopped_) return;
  if (explore_races && g.options.search != Search::replay) {
    bool more = false;
    for (const PendingRace& r : races) more = make_visible(r) || more;
    if (more) {
      forget();
      again_ = true;
    }
  }
}

/// For tests (SELVAGE_CHECK_GRAPHS is set): no graph may come twice.
void Explorer::check_new_graph() {
  if (graphs_seen_->insert(searched_->graph().fingerprint()).second) return;
  const std::string message = "internal error: the same execution graph was explored twice";
  add({Verdict::nondeterministic, message, 1, g.preemptions, schedule_now(g.schedule), {}, "directed"});
}

/// Execution graphs are found from one another: what would have come after a violation in this one, others may have led to.
void Explorer::note_cut_graph(Verdict verdict) {
  if (searched_ == nullptr || verdict == Verdict::deadlock || verdict == Verdict::livelock ||
      verdict == Verdict::leak)
    return;
  note_bound(
      "what could follow the violations was not explored, nor the executions that it would have led to");
}

void Explorer::set_schedule(Found& found,
                            const std::function<std::optional<std::vector<std::uint16_t>>()>& find) {
  const search::Schedule now = schedule_now({});
  apply(found.schedule);
  auto steps = find();
  if (steps) {
    found.schedule.steps = std::move(*steps);
  } else {
    found.lost = true;
  }
  apply(now);
}

/// Has the execution that was just run, or step, shown this violation?
bool Explorer::shows(const Found& found) {
  if (found.kind == Verdict::data_race) {
    const std::vector<PendingRace>& races = pending_races();
    return std::any_of(races.begin(), races.end(), [&](const PendingRace& r) { return r.key == found.key; });
  }
  if (found.key.starts_with(kUnexpected)) {
    return g.ending.how == Ending::How::completed && found.key == std::string(kUnexpected) + ended_with();
  }
  return g.ending.how == Ending::How::violation && g.ending.verdict == found.kind &&
         g.ending.message == found.message;
}

}  // namespace selvage::machine
