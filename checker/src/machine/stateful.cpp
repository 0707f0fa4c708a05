#include "machine/stateful.hpp"

#include <bit>
#include <cstring>

#include "machine/access.hpp"
#include "machine/signals.hpp"

namespace selvage::machine {

using state::kNoState;
using state::StateId;
using state::Step;

bool StepChoices::advance(std::vector<std::uint16_t>* values) const {
  for (std::size_t last = made_.size(); last-- > 0;) {
    if (made_[last].value + 1 >= made_[last].count) continue;
    values->clear();
    for (std::size_t i = 0; i < last; ++i) values->push_back(made_[i].value);
    values->push_back(static_cast<std::uint16_t>(made_[last].value + 1));
    return true;
  }
  return false;
}

int StepChoices::pick_alternative(int count, bool /*branching*/) {
  const std::uint16_t value = made_.size() < given_.size() ? given_[made_.size()] : 0;
  if (value >= count) return kDiverged;
  made_.push_back({value, count});
  return value;
}

namespace {

/// Has the machine found that the search must start over? It finds that once.
bool starts_over() { return g.ending.how == Ending::How::restart || g.ending.how == Ending::How::need_threads; }

void append(const Step& step, std::vector<std::uint16_t>* schedule) {
  if (step.thread >= 0) schedule->push_back(static_cast<std::uint16_t>(step.thread));
  for (const std::uint16_t value : step.choices) schedule->push_back(kAlternative | value);
}

/// Is there a wait that will end, if nothing else ends it, by a time-out?
bool time_passes() {
  for (std::uint64_t rest = g.alive; rest != 0; rest &= rest - 1) {
    const Thread& t = g.threads[std::countr_zero(rest)];
    if (t.timed_wait && !t.notified) return true;
  }
  return false;
}

}  // namespace

bool StatefulSearch::run() {
  snapshots_.clear();
  graph_.clear();
  waiting_.clear();
  g.stepping = true;
  // Before the first scheduling point there is one state, and the program's own choices lead out of it.
  bool added = false;
  const StateId root = graph_.add({0, 0}, kNoState, {}, {1, false}, &added);
  bool all = steps(root, -1, [&] { host_.begin(); });
  while (all && !waiting_.empty()) {
    Waiting from = std::move(waiting_.front());
    waiting_.pop_front();
    all = expand(from);
    spare_.push_back(std::move(from.state));
  }
  g.stepping = false;
  return all;
}

/// A state to be filled in; its memory was another's before.
State StatefulSearch::spare() {
  if (spare_.empty()) return {};
  State state = std::move(spare_.back());
  spare_.pop_back();
  return state;
}

std::uint64_t StatefulSearch::memory() const {
  const std::uint64_t each = sizeof(Waiting) + (waiting_.empty() ? 0 : waiting_.back().state.capacity() * 4);
  return snapshots_.memory() + graph_.memory() + waiting_.size() * each;
}

bool StatefulSearch::expand(const Waiting& from) {
  if (host_.out_of_budget()) return false;
  if (graph_.depth(from.id) >= g.options.max_events) {
    note_bound("an execution was cut at --max-events " + std::to_string(g.options.max_events));
    return true;
  }
  for (std::uint64_t rest = graph_.enabled(from.id); rest != 0; rest &= rest - 1) {
    const int thread = std::countr_zero(rest);
    const auto start = [&] {
      snapshots_.restore(from.state);
      resume(thread);
    };
    if (!steps(from.id, thread, start)) return false;
  }
  return true;
}

void StatefulSearch::resume(int thread) const {
  Thread& t = g.threads[thread];
  g.current = thread;
  g.self = &t;
  // What earlier steps left below the stack would get into frames to come, and keep equal states apart.
  const std::uint64_t dead = std::max(t.stack_pointer - kFrames, g.stacks.low(thread) + Stacks::kGuard);
  if (dead < t.stack_pointer) std::memset(reinterpret_cast<void*>(dead), 0, t.stack_pointer - dead);
  reset_watchdog();
  g.executing = true;
  selvage_switch(&g.harness_stack_pointer, t.stack_pointer, g.thread_locals.thread_pointer(thread));
  g.executing = false;
  g.in_program = false;
}

// A step that reads what nobody controls (a time stamp counter) may differ when it is taken again. The stateless search
// takes the first steps of executions again and again; here that is done on purpose, and more rarely as time goes on.
bool StatefulSearch::to_be_checked() {
  constexpr std::uint64_t kAll = 4096, kEvery = 64;
  ++taken_;
  return taken_ <= kAll || taken_ % kEvery == 0;
}

/// All steps of `thread` from `from`, one for each combination of values chosen in it.
template <typename Start>
bool StatefulSearch::steps(StateId from, int thread, Start start) {
  std::vector<std::uint16_t> values;
  Step step;
  step.thread = static_cast<std::int8_t>(thread);
  const auto take_step = [&] {
    choices_->start(values);
    new_execution_of_accesses();
    g.ending.how = Ending::How::running;
    g.events = 0;
    g.schedule.clear();
    start();
    while (g.ending.how == Ending::How::running && g.next_at_stop >= 0) resume(g.next_at_stop);
    step.choices.clear();
    for (const auto& choice : choices_->made()) step.choices.push_back(choice.value);
    const bool stands = g.ending.how == Ending::How::running;
    if (stands) {
      snapshots_.take(&state_);
    } else {
      snapshots_.lost_track();
      state_.assign(1, static_cast<state::BlobId>(g.ending.how));
    }
    return stands;
  };
  do {
    bool ended = !take_step();
    if (to_be_checked() && !starts_over()) {
      // What is done for the first time (a symbol bound, a page written) may leave other remains on stacks than later.
      State before;
      for (int again = 0; again < 4 && !Snapshots::same_step(state_, before) && !starts_over(); ++again) {
        before = state_;
        ended = !take_step();
      }
      if (!Snapshots::same_step(state_, before) && !starts_over()) {
        g.ending.how = Ending::How::violation;
        g.ending.verdict = Verdict::nondeterministic;
        g.ending.message = "the program did something else when it went on from the same state as before";
        if (const std::uint64_t at = before.size() > 1 && !ended ? snapshots_.first_difference(before) : 0; at != 0) {
          g.ending.message += ": " + name_of(at) + " differs";
        }
        g.ending.threads = thread < 0 ? 1 : bit(thread);
        tell_the_way(from, step);
        return host_.judge();
      }
    }
    if (ended) {
      graph_.add_step(from, kNoState, step);
    } else {
      bool added = false;
      const StateId to = graph_.add(Snapshots::hash(state_), from, step, {g.enabled_at_stop, time_passes()}, &added);
      graph_.add_step(from, to, step);
      if (added) {
        waiting_.push_back({to, spare()});
        waiting_.back().state = state_;
      }
    }
    if (ended || races_pending()) {
      tell_the_way(from, step);
      if (!host_.judge()) return false;
    } else {
      g.total_events += g.events;
    }
  } while (choices_->advance(&values));
  return true;
}

/// Sets the schedule, and what is told of it, as if the execution had been run from its beginning.
void StatefulSearch::tell_the_way(StateId from, const Step& step) const {
  const std::vector<std::uint16_t> way = schedule_to(from);
  g.schedule.assign(way.begin(), way.end());
  append(step, &g.schedule);
  g.preemptions = 0;
  int moved = step.thread;
  for (StateId at = from; at != kNoState && graph_.from(at) != kNoState; at = graph_.from(at)) {
    const int before = graph_.step_to(at).thread;
    if (before >= 0 && moved != before && (graph_.enabled(at) >> before & 1) != 0) ++g.preemptions;
    moved = before;
  }
}

std::vector<std::uint16_t> as_schedule(const std::vector<Step>& steps) {
  std::vector<std::uint16_t> schedule;
  for (const Step& step : steps) append(step, &schedule);
  return schedule;
}

std::vector<std::uint16_t> StatefulSearch::schedule_to(StateId state) const { return as_schedule(graph_.path_to(state)); }

}  // namespace selvage::machine
