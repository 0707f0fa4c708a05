#include "machine/exploration.hpp"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "machine/access.hpp"
#include "machine/changes.hpp"
#include "machine/exit_handlers.hpp"
#include "machine/explorer.hpp"
#include "machine/machine.hpp"
#include "machine/modules.hpp"
#include "machine/output.hpp"
#include "machine/process.hpp"
#include "machine/signals.hpp"
#include "machine/stateful.hpp"
#include "machine/symmetry.hpp"
#include "machine/syscall_filter.hpp"
#include "machine/virtual_time.hpp"
#include "machine/waiter_pool.hpp"
#include "memory/weak_access.hpp"
#include "search/directed.hpp"
#include "search/exhaustive.hpp"
#include "search/optimal.hpp"
#include "search/random.hpp"
#include "search/rounds.hpp"
#include "search/schedule.hpp"

namespace selvage::machine {

double wall_clock() {
  timespec now{};
  raw_clock(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

namespace {

ThreadZero const* g_body = nullptr;

void* thread_zero(void* /*argument*/) {
  g.in_program = false;  // until the body itself begins
  (*g_body)();
  g.in_program = false;
  g.watching = false;  // what the invariants look at may have been the body's local variables
  end_program(0);
}

}  // namespace

void Explorer::set_up() {
  const Options& o = job_.options;
  g.options = o;
  g.options.weaken = changes_.weaken;
  g.options.drop_lock = changes_.drop_lock;
  g.run_mode = job_.run_mode;
  g.only_sc = o.model == "auto";
  g.careful = o.crash_children;
  switch (o.search) {
    case Search::exhaustive:
      if (o.model == "rc11") {
        use_graphs();
      } else {
        // Sleep sets leave out executions as covered by others, which may be beyond the bound.
        use_interleavings(o.preemptions < 0);
      }
      break;
    case Search::graphs:
      use_graphs();
      break;
    case Search::enumerate:
      use_interleavings(false);
      break;
    case Search::random:
      strategy_ = std::make_unique<search::Random>(o.seed);
      if (g.options.executions == 0) g.options.executions = 10000;
      break;
    case Search::stateful:
      strategy_ = std::make_unique<StepChoices>();
      break;
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
  if (searched_ != nullptr) reads_chosen_ = true;
}

int chosen_read(int count) {
  const int value = alternative(count);
  --g.self->choices;
  --g.chosen;
  return value;
}

void Explorer::use_interleavings(bool reduce) {
  auto interleavings = std::make_unique<search::Exhaustive>(reduce, job_.options.preemptions);
  divided_ = interleavings.get();
  // For tests: searches that are over before that are divided, too.
  if (const char* after = std::getenv("SELVAGE_DIVIDE_AFTER"))
    interleavings->divide_after(std::strtoull(after, nullptr, 10));
  strategy_ = std::move(interleavings);
}

void Explorer::use_graphs() {
  auto graphs = std::make_unique<search::Optimal>(job_.options.model == "rc11" ? memory::MemoryModel::rc11
                                                                               : memory::MemoryModel::sc);
  searched_ = graphs.get();
  divided_ = graphs.get();
  // (What is known of interchangeable threads is of an execution from its beginning.)
  takes_up_ = std::getenv("SELVAGE_FROM_START") == nullptr && !job_.options.symmetry;
  check_all_ = std::getenv("SELVAGE_CHECK_TAKEN_UP") != nullptr;
  g.shadow.journal();
  constexpr std::size_t kParts =
      256;  // many more than processes, so that all have something to do to the end
  searched_->split(kParts);
  if (std::getenv("SELVAGE_CHECK_GRAPHS") != nullptr)
    graphs_seen_ = std::make_unique<std::set<std::uint64_t>>();
  strategy_ = std::move(graphs);
}

/// Puts everything back to where an execution starts.
void Explorer::reset() {
  new_execution_of_processes();
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
  look_later();
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
  new_execution_of_changes();
  new_execution_of_symmetry();
}

void Explorer::run_once() {
  const int kept =
      takes_up_ && !from_start_ && strategy_.get() == searched_ ? searched_->taken_up_from() : -1;
  taken_up_ = kept >= 0;
  if (taken_up_) {
    g.strategy = strategy_.get();
    checkpoints_.go_to(kept);
    searched_->take_up(kept);
    switch_to_program();
    return;
  }
  reset();
  g.strategy = strategy_.get();
  // A schedule is followed read by read; the search for graphs itself knows them all.
  g.weak = nullptr;
  if (reads_chosen_)
    g.weak = g.strategy == searched_ ? static_cast<memory::Weak*>(searched_) : &chosen_reads_;
  if (g.weak != nullptr) {
    g.weak->new_run();
    memory::new_weak_execution();
    lend_again();
  }
  strategy_->begin();
  Thread& main = g.threads[0];
  main.begin(0, thread_zero, nullptr);
  g.thread_locals.restore(0);
  prepare_stack(main);
  g.alive = 1;
  g.current = 0;
  g.self = &main;
  switch_to_program();
}

/// Its running thread goes on until the execution ends.
void Explorer::switch_to_program() {
  g.keeping = takes_up_ && !from_start_ && g.strategy == searched_;
  g.executing = true;
  do {
    g.keep_in = -1;
    selvage_switch(&g.harness_stack_pointer, g.self->stack_pointer,
                   g.thread_locals.thread_pointer(g.self->slot));
    if (g.keep_in >= 0 && !checkpoints_.keep(g.keep_in)) {
      takes_up_ = g.keeping = false;
      searched_->forget_kept();
    }
  } while (g.keep_in >= 0);
  g.executing = false;
  g.in_program = false;
  execution_of_processes_ended();
}

/// What has been printed can be asked for. (Of several processes each does that itself when it ends.)
void Explorer::flush() {
  if (g.ending.how == Ending::How::completed && Output::in_stream()) g.printed = true;
  Output::note_unseen();
  if (!g.printed || Output::in_buffer()) return;
  if (job_.run_mode && g.ending.how == Ending::How::completed && !g.forked) fflush_unlocked(stdout);
}

/// What the execution printed has been looked at. (What is in a buffer goes with the memory. Among states, the buffer may be
/// another state's.)
void Explorer::forget_output() {
  Output::note_unseen();
  if (g.printed && (states_search_ != nullptr || !Output::in_buffer())) output_.clear();
  g.printed = g.wrote = g.owes_flush = false;
}

void Explorer::run_next() {
  run_once();
  flush();
  if (taken_up_ && g.ending.how == Ending::How::completed && to_be_checked()) check_from_start();
}

/// The first executions that are taken up, and some others; for tests (SELVAGE_CHECK_TAKEN_UP is set) all.
bool Explorer::to_be_checked() {
  constexpr std::uint64_t kAll = 64, kEvery = 1024;
  ++taken_up_count_;
  return (taken_up_count_ <= kAll || taken_up_count_ % kEvery == 0 || check_all_) && !races_pending();
}

/// Runs the execution that has just ended once more, from its beginning: it must come to the same. That is how it is noticed
/// that the program depends on what nobody controls, where a search that always begins at the beginning sees it all the time.
void Explorer::check_from_start() {
  const std::string outcome = ended_with();
  const std::uint64_t graph = searched_->graph().fingerprint(), events = g.events;
  const std::vector<std::uint16_t> schedule = g.schedule;
  const std::uint32_t preemptions = g.preemptions;
  forget_output();
  from_start_ = true;
  run_once();
  from_start_ = false;
  flush();
  if (g.ending.how != Ending::How::completed)
    return;  // there is something to be told of it, or to be done first
  if (ended_with() == outcome && searched_->graph().fingerprint() == graph && g.events == events) {
    // Which are checked depends on how many processes there are; what is told must not.
    g.schedule = schedule;
    g.preemptions = preemptions;
    return;
  }
  g.ending.how = Ending::How::violation;
  g.ending.verdict = Verdict::nondeterministic;
  g.ending.threads = 1;
  g.ending.message =
      "the program did something else when it was run from its beginning than when it went on from where "
      "another execution stood";
}

void Explorer::search_executions() {
  g.budget.ends_executions = true;
  while (!stopped_) {
    run_next();
    judge();
    forget_output();
    if (stopped_ || was_ended()) break;
    if (!again_ && !strategy_->next()) {
      finished_ = true;
      break;
    }
    if (out_of_budget()) break;
    if (!again_ && divided_ != nullptr && divided_->was_split()) {
      settle_symmetry();
      if (share_search()) break;
    }
  }
  g.budget.ends_executions = false;
}

/// Was the execution ended because the search is to end? Nothing is known of what it would have come to.
bool Explorer::was_ended() {
  if (g.ending.how != Ending::How::out_of_budget) return false;
  clock_checks_ = 15;  // the clock is not looked at each time
  out_of_budget();
  why_stopped_ += ", in an execution of " + std::to_string(g.events) + " events so far";
  return true;
}

void Explorer::search_states() {
  const auto judge_step = [this] {
    flush();
    judge();
    if (g.ending.how != Ending::How::running) forget_output();
    return !stopped_ && !again_;
  };
  const auto begin = [this] {
    forget_output();
    run_once();
  };
  g.shadow.journal();
  selvage_clears_vectors = true;
  g.clean_stacks = true;  // remains of the runtime would keep states apart that are equal
  StatefulSearch search(
      output_, static_cast<StepChoices&>(*strategy_),
      {begin, judge_step, [this] { return out_of_budget(); }, [this] { return found_.size(); },
       [this](std::size_t finding, const auto& find) { set_schedule(found_[finding], find); },
       [this](std::size_t finding) { return shows(found_[finding]); },
       [this](std::size_t finding) {
         found_.erase(found_.begin() + static_cast<std::ptrdiff_t>(finding), found_.end());
       },
       saving()});
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

/// Where threads can keep each other from getting anywhere, that is shown by an execution.
void Explorer::show_going_round(const StatefulSearch& search) {
  const state::Graph::Cycle cycle = search.graph().fair_cycle();
  if (cycle.entry == state::kNoState) return;
  std::unique_ptr<search::Strategy> kept = std::move(strategy_);
  strategy_ = std::make_unique<search::Rounds>(search.schedule_to(cycle.entry), as_schedule(cycle.round));
  const std::uint64_t executions = executions_, blocked = blocked_, bounded = bounded_;
  const std::size_t found = found_.size();
  do {
    run_once();
    judge();
    forget_output();
  } while (again_ && !stopped_);
  executions_ = executions;
  blocked_ = blocked;
  bounded_ = bounded;
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
  if (o.executions != 0 && executions_ + bounded_ >= o.executions) {
    why_stopped_ = "the budget of " + std::to_string(o.executions) + " executions was used up";
    return true;
  }
  if (g.budget.interrupted()) {
    why_stopped_ = "the search was interrupted";
    return true;
  }
  if (job_.control != nullptr && shared_ == nullptr) {  // else somebody else tells for all
    job_.control->executions.store(executions_, std::memory_order_relaxed);
    job_.control->blocked.store(blocked_ + bounded_, std::memory_order_relaxed);
    job_.control->events.store(g.total_events, std::memory_order_relaxed);
    if ((clock_checks_ & 63) == 0)
      job_.control->covered.store(strategy_->covered(), std::memory_order_relaxed);
    if (states_search_ != nullptr) {
      job_.control->states.store(states_search_->states(), std::memory_order_relaxed);
      job_.control->waiting.store(states_search_->waiting(), std::memory_order_relaxed);
    }
  }
  if (o.memory != 0 && states_search_ != nullptr && (clock_checks_ & 255) == 0 &&
      states_search_->memory() > o.memory << 20) {
    why_stopped_ = "the budget of " + std::to_string(o.memory) + " MiB was used up";
    return true;
  }
  if (o.seconds > 0 && (clock_checks_ & 15) == 0 && g.budget.out_of_time()) {
    char text[64];
    // (Of the second of two searches it is what the first has left.)
    std::snprintf(text, sizeof text,
                  o.seconds < 100 ? "the budget of %.3g s was used up" : "the budget of %.0f s was used up",
                  o.seconds);
    why_stopped_ = text;
    return true;
  }
  return false;
}

/// What is changed in the program. A schedule says so itself.
void Explorer::set_up_changes() {
  changes_.weaken = job_.options.weaken;
  changes_.drop_lock = job_.options.drop_lock;
  changes_.list_sites = job_.options.list_sites;
  if (job_.options.search == Search::replay) {
    search::Schedule schedule = search::schedule_from_text(job_.options.replay_schedule);
    if (!schedule.weaken.empty()) changes_.weaken = std::move(schedule.weaken);
    if (!schedule.drop_lock.empty()) changes_.drop_lock = std::move(schedule.drop_lock);
  }
  begin_changes(changes_);
}

report::RawResult Explorer::run() {
  report::RawResult result;
  g_body = &job_.body;
  g.exploring = true;
  const bool checkpoints = !job_.options.checkpoint.empty() || !job_.options.resume.empty();
  try {
    if (checkpoints && (!job_.run_mode || job_.options.search != Search::stateful))
      throw std::invalid_argument("checkpoints are for selvage run --search stateful");
    if (checkpoints && !g.thread_locals.hide_thread_ids())
      throw std::invalid_argument(
          "this C library keeps thread ids where they cannot be made up (--checkpoint)");
    set_up_changes();
  } catch (const std::invalid_argument& error) {
    result.refused = error.what();
    g.exploring = false;
    return result;
  }
  // Everything that the harness will need later is made before the data segments are frozen.
  g.schedule.reserve(1 << 16);
  g.shared_stack.reserve(1 << 12);
  exit_handlers().move_to_own_heap();
  std::memset(g.child_number, 0xff, sizeof g.child_number);
  g.thread_limit = 1;
  if (job_.options.capture_output) output_.capture();
  g.captures = output_.capturing();
  g.stacks.reserve(kMaxThreads);
  for (int t = 0; t < kMaxThreads; ++t) g.threads[t].exist(t);
  g.arena.reserve();
  prepare_processes();
  g.harness_thread_pointer = 0;
  g.thread_locals.adopt_main();
  g.harness_thread_pointer = g.thread_locals.thread_pointer(0);
  g.thread_locals.grow(4);
  prepare_unwinder();
  prepare_libraries();
  if (job_.options.search == Search::graphs || job_.options.search == Search::replay ||
      job_.options.model == "rc11") {
    find_waiter_pools();
  }
  install_signal_handlers(job_.options.watchdog_seconds);
  if (job_.control != nullptr) job_.control->exploring.store(1);
  g.budget.begin(job_.options.seconds, job_.control);
  g.segments.protect();
  if (checkpoints) identity_ = identity();
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

report::RawResult explore_here(const Job& job) {
  g.exploring = true;  // what the runtime allocates comes from its own heap from now on
  static Explorer* explorer = new Explorer(job);  // never destroyed: its address space is the explored one
  return explorer->run();
}

}  // namespace selvage::machine
