#include "sync/timed_wait.hpp"

#include <cerrno>

#include "machine/machine.hpp"
#include "machine/virtual_time.hpp"

namespace selvage::sync {

using machine::g;
using machine::self;
using machine::Thread;

namespace {

/// Grows when something changes that a thread which polls could see; with execution graphs, what it does itself.
std::uint64_t progress() { return g.weak == nullptr ? g.progress : self().own_progress + self().own_writes; }

}  // namespace

bool may_time_out() {
  const Thread& t = self();
  const std::uint64_t site = machine::call_site();
  for (const auto& outs : t.timeouts) {
    if (outs.site != site || outs.progress != progress() || outs.count < g.options.max_timeouts) continue;
    machine::note_bound("time-outs were bounded: T" + std::to_string(t.id) +
                        " polls with a time-out, and took " + std::to_string(outs.count) +
                        " in a row with nothing changed (--max-timeouts)");
    return false;
  }
  return true;
}

void count_time_out() {
  Thread& t = self();
  const std::uint64_t site = machine::call_site();
  for (auto& outs : t.timeouts) {
    if (outs.site != site) continue;
    outs.count = outs.progress == progress() ? outs.count + 1 : 1;
    outs.progress = progress();
    return;
  }
  t.timeouts.push_back({site, progress(), 1});
}

bool times_out(machine::Op acquisition, int clock, std::uint64_t deadline) {
  Thread& t = self();
  t.failed_try = true;
  const bool may = may_time_out();
  if (may && machine::alternative(2) == 1) {
    count_time_out();
    machine::pass_until(clock, deadline);
    if (auto* e = machine::last_event()) e->result = ETIMEDOUT;
    return true;
  }
  t.timed_wait = true;
  t.forced_time_out = !may;
  t.notified = false;
  t.timed_out = false;
  acquisition.or_timed_out = true;
  machine::visible(acquisition);
  t.timed_wait = false;
  t.notified = true;
  if (!t.timed_out) return false;
  t.timed_out = false;
  machine::pass_until(clock, deadline);
  return true;
}

}  // namespace selvage::sync
