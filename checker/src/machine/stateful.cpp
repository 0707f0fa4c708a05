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
    const Waiting from = std::move(waiting_.front());
    waiting_.pop_front();
    all = expand(from);
  }
  g.stepping = false;
  return all;
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

/// All steps of `thread` from `from`, one for each combination of values chosen in it.
template <typename Start>
bool StatefulSearch::steps(StateId from, int thread, Start start) {
  std::vector<std::uint16_t> values;
  Step step;
  step.thread = static_cast<std::int8_t>(thread);
  do {
    choices_->start(values);
    g.ending.how = Ending::How::running;
    g.events = 0;
    g.schedule.clear();
    start();
    while (g.ending.how == Ending::How::running && g.next_at_stop >= 0) resume(g.next_at_stop);
    step.choices.clear();
    for (const auto& choice : choices_->made()) step.choices.push_back(choice.value);
    const bool ended = g.ending.how != Ending::How::running;
    if (ended) {
      graph_.add_step(from, kNoState, step);
      snapshots_.lost_track();
    } else {
      snapshots_.take(&state_);
      bool added = false;
      const StateId to = graph_.add(Snapshots::hash(state_), from, step, {g.enabled_at_stop, time_passes()}, &added);
      graph_.add_step(from, to, step);
      if (added) waiting_.push_back({to, state_});
    }
    if (ended || races_pending()) {
      tell_the_way(from, step);
      if (!host_.judge()) return false;
      new_execution_of_accesses();
    } else {
      g.total_events += g.events;
    }
  } while (choices_->advance(&values));
  return true;
}

/// Sets the schedule, and what is told of it, as if the execution had been run from its beginning.
void StatefulSearch::tell_the_way(StateId from, const Step& step) const {
  g.schedule = schedule_to(from);
  if (step.thread >= 0) g.schedule.push_back(static_cast<std::uint16_t>(step.thread));
  for (const std::uint16_t value : step.choices) g.schedule.push_back(kAlternative | value);
  g.preemptions = 0;
  int moved = step.thread;
  for (StateId at = from; at != kNoState && graph_.from(at) != kNoState; at = graph_.from(at)) {
    const int before = graph_.step_to(at).thread;
    if (before >= 0 && moved != before && (graph_.enabled(at) >> before & 1) != 0) ++g.preemptions;
    moved = before;
  }
}

std::vector<std::uint16_t> StatefulSearch::schedule_to(StateId state) const {
  std::vector<std::uint16_t> schedule;
  for (const Step& step : graph_.path_to(state)) {
    if (step.thread >= 0) schedule.push_back(static_cast<std::uint16_t>(step.thread));
    for (const std::uint16_t value : step.choices) schedule.push_back(kAlternative | value);
  }
  return schedule;
}

}  // namespace selvage::machine
