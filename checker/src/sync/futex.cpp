#include "sync/futex.hpp"

#include <bit>
#include <cerrno>

#include "machine/machine.hpp"
#include "machine/virtual_time.hpp"
#include "memory/weak_access.hpp"
#include "sync/happens_before.hpp"
#include "sync/timed_wait.hpp"

namespace selvage::sync {

using machine::bit;
using machine::EventKind;
using machine::Footprint;
using machine::g;
using machine::Op;
using machine::self;
using machine::Thread;

int futex_wait(std::uint64_t word, std::uint32_t expected, bool timed, int clock, std::uint64_t deadline,
               std::uint64_t pc) {
  Object* o = g.objects.at(word, Kind::futex);
  Thread& t = self();
  Op op = operation(EventKind::futex_wait, o, pc);  // it reads the word and enters the queue
  op.size = 4;
  machine::visible(op);
  const std::uint32_t value = g.weak != nullptr ? memory::weak_futex_word(word, o->released, pc)
                                                : *reinterpret_cast<const volatile std::uint32_t*>(word);
  if (value != expected) {
    if (auto* e = machine::last_event()) e->result = EAGAIN;
    return EAGAIN;
  }
  const bool may = timed && may_time_out();
  if (may && machine::alternative(2) == 1) {
    count_time_out();
    machine::pass_until(clock, deadline);
    if (auto* e = machine::last_event()) e->note = "will time out";
    return ETIMEDOUT;
  }
  o->waiters |= bit(t.id);
  t.notified = false;
  t.timed_out = false;
  t.timed_wait = timed;
  t.forced_time_out = timed && !may;
  Op resume = op;
  resume.footprint = Footprint::none;
  resume.needs_notify = true;
  resume.waits_on = word;
  machine::visible(resume);
  t.timed_wait = false;
  t.notified = true;
  if (t.timed_out) {
    t.timed_out = false;
    o->waiters &= ~bit(t.id);
    machine::pass_until(clock, deadline);
    return ETIMEDOUT;
  }
  return 0;
}

int futex_wake(std::uint64_t word, int most, std::uint64_t among, std::uint64_t pc) {
  Object* o = g.objects.at(word, Kind::futex);
  Op op = operation(EventKind::futex_wake, o, pc);
  op.size = 4;
  machine::visible(op);
  if (g.weak != nullptr) release_join(o->released);
  int woken = 0;
  while (woken < most && (o->waiters & among) != 0) {
    std::uint64_t rest = o->waiters & among;
    // Who is woken is open where not all are.
    const int waiting = std::popcount(rest);
    int skip = waiting > most - woken ? machine::alternative(waiting) : 0;
    for (; skip > 0; --skip) rest &= rest - 1;
    const int t = std::countr_zero(rest);
    o->waiters &= ~bit(t);
    machine::notify(t);
    machine::changed();
    ++woken;
  }
  return woken;
}

}  // namespace selvage::sync
