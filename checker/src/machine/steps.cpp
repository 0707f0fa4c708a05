#include "machine/steps.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "machine/access.hpp"
#include "machine/signals.hpp"

namespace selvage::machine {

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

std::vector<std::uint16_t> as_schedule(const std::vector<state::Step>& steps) {
  std::vector<std::uint16_t> schedule;
  for (const state::Step& step : steps) {
    if (step.thread >= 0) schedule.push_back(static_cast<std::uint16_t>(step.thread));
    for (const std::uint16_t value : step.choices) schedule.push_back(kAlternative | value);
  }
  return schedule;
}

bool Steps::time_passes() {
  for (std::uint64_t rest = g.alive; rest != 0; rest &= rest - 1) {
    const Thread& t = g.threads[std::countr_zero(rest)];
    if (t.timed_wait && !t.notified) return true;
  }
  return false;
}

void Steps::begin_step() {
  new_execution_of_accesses();
  g.ending.how = Ending::How::running;
  g.events = 0;
  look_later();
  g.schedule.clear();
}

void Steps::resume(int thread) {
  Thread& t = g.threads[thread];
  g.current = thread;
  g.self = &t;
  // What earlier steps left below the stack, from other states, would get into frames to come, and keep equal
  // states apart.
  const std::uint64_t lowest =
      std::min(t.stack_pointer, t.lowest_stack) - (t.deep_remains ? kDeepFrames : kFrames);
  const std::uint64_t dead = std::max(lowest, g.stacks.low(thread) + Stacks::kGuard);
  t.deep_remains = false;
  if (dead < t.stack_pointer) std::memset(reinterpret_cast<void*>(dead), 0, t.stack_pointer - dead);
  reset_watchdog();
  g.executing = true;
  selvage_switch(&g.harness_stack_pointer, t.stack_pointer, g.thread_locals.thread_pointer(thread));
  g.executing = false;
  g.in_program = false;
}

// A step that reads what nobody controls (a time stamp counter) may differ when it is taken again. The
// stateless search takes the first steps of executions again and again; here that is done on purpose, and
// more rarely as time goes on.
bool Steps::to_be_checked() {
  constexpr std::uint64_t kAll = 4096, kEvery = 64;
  ++taken_;
  return taken_ <= kAll || taken_ % kEvery == 0;
}

void Steps::end_as_different(int thread, const std::string& where) {
  g.ending.how = Ending::How::violation;
  g.ending.verdict = Verdict::nondeterministic;
  g.ending.message = "the program did something else when it went on from the same state as before";
  if (!where.empty()) g.ending.message += ": " + where + " differs";
  g.ending.threads = bit(thread < 0 ? 0 : thread);
}

}  // namespace selvage::machine
