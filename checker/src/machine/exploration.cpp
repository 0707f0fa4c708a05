#include "machine/exploration.hpp"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>

#include "machine/access.hpp"
#include "machine/exit_handlers.hpp"
#include "machine/machine.hpp"
#include "machine/modules.hpp"
#include "machine/output.hpp"
#include "machine/signals.hpp"
#include "machine/stateful.hpp"
#include "machine/syscall_filter.hpp"
#include "machine/virtual_time.hpp"
#include "search/directed.hpp"
#include "search/exhaustive.hpp"
#include "search/random.hpp"
#include "search/rounds.hpp"
#include "search/schedule.hpp"

namespace selvage::machine {

namespace {

double wall_clock() {
  timespec now{};
  raw_clock(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// A violation as the search keeps it; the trace is made at the end, by running the schedule once more.
struct Found {
  Verdict kind;
  std::string message;
  std::uint64_t threads;
  unsigned preemptions;
  search::Schedule schedule;
  race::Race race;          // data races
  std::string key;          // what makes it the same violation
  bool lost = false;        // the schedule was not found again
};

/// Begins the key of an execution that ended with an outcome the user did not expect.
const std::string kUnexpected = "outcome ";

struct OutcomeSeen {
  std::uint64_t executions = 0;
  unsigned preemptions = 0;
  std::vector<std::uint16_t> steps;
};

class Explorer {
 public:
  explicit Explorer(const Job& job) : job_(job) {}
  report::RawResult run();

 private:
  void set_up();
  void reset();
  void run_once();
  void judge();
  void search_executions();
  void search_states();
  void set_schedule(Found& found, const std::function<std::optional<std::vector<std::uint16_t>>()>& find);
  bool shows(const Found& found);
  void show_going_round(const StatefulSearch& search);
  const std::string& ended_with();
  bool expects(std::string_view outcome) const;
  void add_outcome();
  void add(Found found);
  bool out_of_budget();
  search::Schedule schedule_now(std::vector<std::uint16_t> steps) const;
  void apply(const search::Schedule& schedule);
  void forget();
  report::RawViolation recorded(const Found& found, bool* reproduced);
  void fill(report::RawResult& result);

  const Job& job_;
  std::unique_ptr<search::Strategy> strategy_;
  Output output_;
  double started_ = 0;
  std::uint64_t executions_ = 0, blocked_ = 0;
  std::uint64_t states_ = 0, steps_ = 0, memory_ = 0;  ///< of a stateful search
  const StatefulSearch* states_search_ = nullptr;      ///< one that is going on
  std::map<std::string, OutcomeSeen, std::less<>> outcomes_;
  std::vector<Found> found_;
  std::string ended_with_;  ///< a buffer, made anew for each execution
  std::string refused_;
  bool finished_ = false;  ///< the strategy has nothing left
  bool stopped_ = false;
  bool again_ = false;     ///< the same execution must be started over
  std::string why_stopped_;
  std::uint64_t clock_checks_ = 0;
};

ThreadZero const* g_body = nullptr;

void* thread_zero(void* /*argument*/) {
  g.in_program = false;  // until the body itself begins
  (*g_body)();
  g.in_program = false;
  g.watching = false;  // what the invariants look at may have been the body's local variables
  end_program(0);
}

void Explorer::set_up() {
  const Options& o = job_.options;
  g.options = o;
  g.run_mode = job_.run_mode;
  switch (o.search) {
    case Search::exhaustive: strategy_ = std::make_unique<search::Exhaustive>(true); break;
    case Search::enumerate: strategy_ = std::make_unique<search::Exhaustive>(false); break;
    case Search::random:
      strategy_ = std::make_unique<search::Random>(o.seed);
      if (g.options.executions == 0) g.options.executions = 10000;
      break;
    case Search::stateful: strategy_ = std::make_unique<StepChoices>(); break;
    case Search::replay: {
      search::Schedule schedule = search::schedule_from_text(o.replay_schedule);
      apply(schedule);
      g.options.keep_going = true;
      strategy_ = std::make_unique<search::Replay>(std::move(schedule.steps));
      break;
    }
    case Search::directed:
      strategy_ = std::make_unique<search::DirectedSearch>(job_.directed->steps());
      for (const auto& [address, size] : job_.directed->watched()) {
        g.visible.emplace_back(address, static_cast<std::uint32_t>(size));
        mark_visible(address, static_cast<std::uint32_t>(size));
      }
      break;
  }
  g.strategy = strategy_.get();
}

/// Puts everything back to where an execution starts.
void Explorer::reset() {
  g.segments.restore();
  g.foreign.restore();
  g.arena.new_execution();
  g.shadow.new_execution();
  g.objects.new_execution();
  for (int t = 0; t < g.thread_limit; ++t) g.threads[t].state = Thread::State::unused;
  g.alive = 0;
  g.spinners = 0;
  g.ending.how = Ending::How::running;
  g.ending.bounded = false;
  g.ending.threads = 0;
  g.schedule.clear();
  g.events = 0;
  g.chosen = 0;
  g.progress = 0;
  g.shared_stack.clear();
  g.preemptions = 0;
  g.redundant = false;
  g.outcome.clear();
  g.has_outcome = false;
  g.exiting = false;
  g.exit_status = 0;
  g.race_ignored = false;
  g.invariants.clear();
  g.invariants_changed = true;
  g.watching = false;
  exit_handlers().new_execution();
  new_execution_of_accesses();
}

void Explorer::run_once() {
  reset();
  strategy_->begin();
  g.strategy = strategy_.get();
  Thread& main = g.threads[0];
  main.begin(0, thread_zero, nullptr);
  g.thread_locals.restore(0);
  prepare_stack(main);
  g.alive = 1;
  g.current = 0;
  g.self = &main;
  g.executing = true;
  selvage_switch(&g.harness_stack_pointer, main.stack_pointer, g.thread_locals.thread_pointer(0));
  g.executing = false;
  g.in_program = false;
}

search::Schedule Explorer::schedule_now(std::vector<std::uint16_t> steps) const {
  search::Schedule s;
  s.races = g.options.races;
  s.report_leaks = g.options.report_leaks;
  s.eager_unlock = g.eager_unlock;
  s.max_timeouts = g.options.max_timeouts;
  for (const auto& [address, size] : g.visible) s.visible.push_back(portable_location(address, size));
  s.steps = std::move(steps);
  return s;
}

void Explorer::apply(const search::Schedule& s) {
  g.options.races = s.races;
  g.options.report_leaks = s.report_leaks;
  g.options.max_timeouts = s.max_timeouts;
  g.eager_unlock = s.eager_unlock;
  for (const auto& [address, size] : g.visible) unmark_visible(address, size);
  g.visible.clear();
  for (const auto& location : s.visible) {
    const std::uint64_t address = address_of(location);
    if (address == 0) throw std::invalid_argument("the schedule does not fit the program: it names " + location.object);
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
  return right.empty() || std::find(right.begin(), right.end(), outcome) != right.end();
}

void Explorer::add_outcome() {
  const std::string& value = ended_with();
  if (!expects(value)) {
    std::string message = value.empty() ? std::string("it ended without an outcome")
                                        : "it ended with the outcome " + value + ", which is none of those expected";
    Found found{Verdict::assertion, std::move(message), 0, g.preemptions, schedule_now(g.schedule), {},
                kUnexpected + value};
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
  outcomes_.clear();
  executions_ = 0;
  blocked_ = 0;
  g.total_events = 0;
}

/// More threads than ever before were started: the execution is done again with more blocks to borrow.
void grow_thread_locals() {
  g.segments.restore();
  g.thread_locals.grow(std::min(kMaxThreads, g.thread_locals.count() * 2));
  g.segments.adopt();
}

void Explorer::judge() {
  again_ = false;
  using How = Ending::How;
  if (g.ending.how != How::need_threads) g.total_events += g.events;  // that one is done again
  std::vector<PendingRace> races = take_races();
  // A search that starts over finds them again, and their schedules would be of the search before.
  if (g.ending.how == How::restart) races.clear();
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
      again_ = true;
      return;
    case How::restart:
      forget();
      again_ = true;
      return;
    case How::refused:
      if (g.options.search == Search::directed) {
        add({Verdict::misuse, g.ending.message, 0, g.preemptions, schedule_now(g.schedule), {}, "directed"});
        stopped_ = true;
        return;
      }
      refused_ = g.ending.message;
      stopped_ = true;
      return;
    case How::cut: ++blocked_; break;
    case How::completed:
      if (strategy_->ended_early()) {
        if (g.options.search == Search::replay) {
          refused_ = "the schedule does not fit the program: the program ends before the schedule does";
          stopped_ = true;
          return;
        }
        add({Verdict::nondeterministic,
             "the program did something else when the same schedule was replayed: it ended earlier than before",
             1, g.preemptions, schedule_now(g.schedule), {}, "nondeterministic"});
        stopped_ = true;
        return;
      }
      ++executions_;
      if (!g.race_ignored || g.options.races != Races::stop) add_outcome();
      break;
    case How::violation: {
      ++executions_;
      if (g.options.search == Search::replay && strategy_->ended_early() &&
          g.ending.verdict != Verdict::nondeterministic) {
        refused_ = "the schedule does not fit the program: the program ends before the schedule does";
        stopped_ = true;
        return;
      }
      Found found{g.ending.verdict, g.ending.message,          g.ending.threads,
                  g.preemptions,    schedule_now(g.schedule), {},
                  std::string(to_string(g.ending.verdict)) + g.ending.message};
      const bool hopeless = found.kind == Verdict::unsupported || found.kind == Verdict::nondeterministic;
      add(std::move(found));
      if (hopeless || !g.options.keep_going) stopped_ = true;
      break;
    }
    case How::running: break;
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

void Explorer::search_executions() {
  while (!stopped_) {
    run_once();
    if (g.printed && job_.run_mode && g.ending.how == Ending::How::completed) fflush_unlocked(stdout);
    judge();
    if (g.printed) output_.clear();
    g.printed = false;
    if (stopped_) break;
    if (!again_ && !strategy_->next()) {
      finished_ = true;
      break;
    }
    if (out_of_budget()) break;
  }
}

void Explorer::search_states() {
  const auto judge_step = [this] {
    if (g.printed && job_.run_mode && g.ending.how == Ending::How::completed) fflush_unlocked(stdout);
    judge();
    if (g.ending.how != Ending::How::running) {
      if (g.printed) output_.clear();
      g.printed = false;
    }
    return !stopped_ && !again_;
  };
  const auto begin = [this] {
    if (g.printed) output_.clear();
    g.printed = false;
    run_once();
  };
  g.shadow.journal();
  g.clean_stacks = true;  // remains of the runtime would keep states apart that are equal
  StatefulSearch search(output_, static_cast<StepChoices&>(*strategy_),
                        {begin, judge_step, [this] { return out_of_budget(); }, [this] { return found_.size(); },
                         [this](std::size_t finding, const auto& find) { set_schedule(found_[finding], find); },
                         [this](std::size_t finding) { return shows(found_[finding]); },
                         [this](std::size_t finding) { found_.erase(found_.begin() + static_cast<std::ptrdiff_t>(finding), found_.end()); }});
  states_search_ = &search;
  do {
    again_ = false;
    finished_ = search.run();
  } while (again_ && !stopped_);
  states_ = search.states();
  steps_ = search.transitions();
  memory_ = search.memory();
  if (finished_ && !stopped_) show_going_round(search);
  states_search_ = nullptr;
}

void Explorer::set_schedule(Found& found, const std::function<std::optional<std::vector<std::uint16_t>>()>& find) {
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
    return g.ending.how == Ending::How::completed && found.key == kUnexpected + ended_with();
  }
  return g.ending.how == Ending::How::violation && g.ending.verdict == found.kind && g.ending.message == found.message;
}

/// Where threads can keep each other from getting anywhere, that is shown by an execution.
void Explorer::show_going_round(const StatefulSearch& search) {
  const state::Graph::Cycle cycle = search.graph().fair_cycle();
  if (cycle.entry == state::kNoState) return;
  std::unique_ptr<search::Strategy> kept = std::move(strategy_);
  strategy_ = std::make_unique<search::Rounds>(search.schedule_to(cycle.entry), as_schedule(cycle.round));
  const std::uint64_t executions = executions_, blocked = blocked_;
  const std::size_t found = found_.size();
  do {
    run_once();
    judge();
    if (g.printed) output_.clear();
    g.printed = false;
  } while (again_ && !stopped_);
  executions_ = executions;
  blocked_ = blocked;
  if (found_.size() == found) {
    std::uint64_t threads = 0;
    for (const state::Step& step : cycle.round) threads |= bit(step.thread);
    std::string who;
    for (std::uint64_t rest = threads; rest != 0; rest &= rest - 1) {
      who += (who.empty() ? "T" : " and T") + std::to_string(std::countr_zero(rest));
    }
    note_bound(who + " can go round for ever, from where the schedule " +
               search::to_text(schedule_now(search.schedule_to(cycle.entry))) + " leads");
  }
  strategy_ = std::move(kept);
  g.strategy = strategy_.get();
}

bool Explorer::out_of_budget() {
  const Options& o = g.options;
  ++clock_checks_;
  if (o.executions != 0 && executions_ >= o.executions) {
    why_stopped_ = "the budget of " + std::to_string(o.executions) + " executions was used up";
    return true;
  }
  if (job_.control != nullptr) {
    job_.control->executions.store(executions_, std::memory_order_relaxed);
    job_.control->blocked.store(blocked_, std::memory_order_relaxed);
    job_.control->events.store(g.total_events, std::memory_order_relaxed);
    if (states_search_ != nullptr) {
      job_.control->states.store(states_search_->states(), std::memory_order_relaxed);
      job_.control->waiting.store(states_search_->waiting(), std::memory_order_relaxed);
    }
    if (job_.control->stop.load(std::memory_order_relaxed) != 0) {
      why_stopped_ = "the search was interrupted";
      return true;
    }
  }
  if (o.memory != 0 && states_search_ != nullptr && (clock_checks_ & 255) == 0 &&
      states_search_->memory() > o.memory << 20) {
    why_stopped_ = "the budget of " + std::to_string(o.memory) + " MiB was used up";
    return true;
  }
  if (o.seconds > 0 && (clock_checks_ & 15) == 0 && wall_clock() - started_ >= o.seconds) {
    char text[64];
    std::snprintf(text, sizeof text, "the budget of %g s was used up", o.seconds);
    why_stopped_ = text;
    return true;
  }
  return false;
}

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
    g.recording = true;
    run_once();
    g.recording = false;
    races = take_races();
    if (g.ending.how != Ending::How::need_threads) break;
    grow_thread_locals();
  }
  // Not fflush: the execution may have ended while it held the stream's lock.
  fflush_unlocked(stdout);
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
    *reproduced = g.ending.how == Ending::How::completed && found.key == kUnexpected + outcome;
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
  result.events = g.total_events;
  result.states = states_;
  result.transitions = steps_;
  result.memory = memory_;
  result.seconds = wall_clock() - started_;
  result.modules = loaded_modules();
  for (const auto& [value, seen] : outcomes_) {
    Outcome outcome;
    outcome.value = value;
    outcome.executions = seen.executions;
    // A search that keeps no way to it gives none.
    if (seen.preemptions != ~0U) outcome.schedule = search::to_text(schedule_now(seen.steps));
    result.outcomes.push_back(std::move(outcome));
  }
  // What would have come after a race was not run.
  const bool cut = g.options.races == Races::stop && std::any_of(found_.begin(), found_.end(), [](const Found& f) {
    return f.kind == Verdict::data_race;
  });
  const bool incomplete = !finished_ || cut || g.bounded || !g.strategy->exhausts() || g.race_ignored_ever;
  result.complete = !incomplete && refused_.empty();
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
      result.message = "data races were met and ignored (--races ignore), so not every execution was explored";
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

report::RawResult Explorer::run() {
  report::RawResult result;
  g_body = &job_.body;
  g.exploring = true;
  // Everything that the harness will need later is made before the data segments are frozen.
  g.schedule.reserve(1 << 16);
  g.shared_stack.reserve(1 << 12);
  std::memset(g.child_number, 0xff, sizeof g.child_number);
  g.thread_limit = 1;
  if (job_.options.capture_output) output_.capture();
  g.stacks.reserve(kMaxThreads);
  g.arena.reserve();
  g.harness_thread_pointer = 0;
  g.thread_locals.adopt_main();
  g.harness_thread_pointer = g.thread_locals.thread_pointer(0);
  g.thread_locals.grow(4);
  prepare_unwinder();
  install_signal_handlers(job_.options.watchdog_seconds);
  if (job_.control != nullptr) job_.control->exploring.store(1);
  started_ = wall_clock();
  g.segments.protect();
  install_syscall_filter();
  try {
    set_up();
    if (job_.options.search == Search::stateful) {
      search_states();
    } else {
      search_executions();
    }
    fill(result);  // an endless loop is recorded under the watchdog, too
    remove_watchdog();
  } catch (const std::invalid_argument& error) {
    result.refused = error.what();
  }
  g.segments.restore();
  output_.release();
  g.exploring = false;
  g.segments.release();
  return result;
}

}  // namespace

report::RawResult explore_here(const Job& job) {
  g.exploring = true;  // what the runtime allocates comes from its own heap from now on
  static Explorer* explorer = new Explorer(job);  // never destroyed: its address space is the explored one
  return explorer->run();
}

}  // namespace selvage::machine
