// A wait that ends spuriously or by time-out never enters the queue of waiters: as far as anybody can tell
// it released the mutex and is about to take it again. (Had it been in the queue, a signal that chose it
// would have made it a wait that was notified, which is explored as such; a signal that chose another
// leaves the same state as if it had not been there.) So both are decided when the wait begins, and every
// later moment of waking is covered by when the mutex is taken again. A wait that was notified may find its time up all
// the same (POSIX: it may consume a signal): that is decided when it has the mutex again.
#include "sync/cond.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>

#include "machine/changes.hpp"
#include "machine/machine.hpp"
#include "machine/virtual_time.hpp"
#include "sync/happens_before.hpp"
#include "sync/robust.hpp"
#include "sync/timed_wait.hpp"

namespace selvage::sync {

using machine::bit;
using machine::EventKind;
using machine::g;
using machine::name_of;
using machine::Op;
using machine::self;
using machine::Thread;

namespace {
Object* usable(std::uint64_t cond, const char* call) {
  Object* o = g.objects.at(cond, Kind::cond);
  if (o->destroyed) {
    machine::misuse(std::string(call) + " on condition variable " + name_of(cond) +
                    " after it was destroyed");
  }
  return o;
}
}  // namespace

int cond_wait(std::uint64_t cond, std::uint64_t mutex, MutexType type, bool timed, int clock,
              std::uint64_t deadline, std::uint64_t pc) {
  Object* c = usable(cond, "wait");
  Object* m = g.objects.at(mutex, Kind::mutex);
  Thread& t = self();
  // The lock was dropped (--drop-lock): there is nothing to give back and nothing to take again.
  const bool no_lock = machine::only_seems_held(mutex);
  if (m->owner != t.id && !no_lock) {
    if (type == MutexType::errorcheck) return EPERM;
    machine::misuse("wait on " + name_of(cond) + " with mutex " + name_of(mutex) + " that T" +
                    std::to_string(t.id) + " does not hold");
  }
  for (std::uint64_t rest = c->waiters; rest != 0 && !no_lock; rest &= rest - 1) {
    const int other = std::countr_zero(rest);
    const Op& wakes = g.threads[other].pending;
    if (wakes.kind == EventKind::lock && wakes.address != mutex) {
      machine::misuse("wait on " + name_of(cond) + " with mutex " + name_of(mutex) + " while T" +
                      std::to_string(other) + " waits on it with mutex " + name_of(wakes.address));
    }
  }
  Op op = operation(timed ? EventKind::cond_timed_wait : EventKind::cond_wait, c, pc);
  op.second = no_lock ? 0 : mutex;
  machine::visible(op);
  usable(cond, "wait");  // somebody may have destroyed it meanwhile
  const std::uint32_t depth = m->depth;
  if (!no_lock) {
    m->owner = -1;
    m->depth = 0;
    note_release(*m);
    release(m->released);
    machine::released();
    if (g.recording) std::erase(t.holding, mutex);
  }
  enum { kNotified, kSpurious, kTimedOut };
  // (A deadline that has passed changes nothing: a signal may still come between the release and the sleep.)
  //
  // If the last round of this wait (woken for nothing, waiting again) changed nothing at all, another one
  // leads nowhere: had the first been woken as late as this one would be, the same would follow. Where the round wrote
  // something and put it back, or held the lock while somebody tried it, others must not have been able to see it.
  // (With execution graphs only what the thread does itself is the same in every order that a graph is run in.)
  const bool unseen = (t.idle.writes == t.own_writes && t.idle.seen == t.seen_holding) ||
                      (g.weak == nullptr && t.idle.others == machine::others_standing(t.id));
  const bool stutters = !g.stepping && t.idle.wait == cond && t.idle.progress == t.own_progress && unseen &&
                        t.idle.state == machine::round_state();
  // A thread that looks at the clock is in a new state in each round: those are bounded.
  const bool may = !stutters && ((!timed && !t.read_clock) || may_time_out());
  const int how = machine::alternative(!may ? 1 : timed ? 3 : 2);
  t.idle.wait = how == kNotified ? 0 : cond;
  if (how != kNotified && !g.stepping) {
    machine::need_clean_stacks();
    t.idle.timed_out = how == kTimedOut;
    t.idle.progress = t.own_progress;
    t.idle.writes = t.own_writes;
    t.idle.seen = t.seen_holding;
    t.idle.others = machine::others_standing(t.id);
    t.idle.state = machine::round_state();
  }
  if (auto* e = machine::last_event(); e != nullptr && how != kNotified) {
    e->note = how == kSpurious ? "will wake spuriously" : "will time out";
  }
  Op again = no_lock ? operation(EventKind::cond_wake, c, pc) : operation(EventKind::lock, m, pc);
  int result = 0;
  if (how == kNotified) {
    c->waiters |= bit(t.id);
    again.needs_notify = true;
    again.waits_on = cond;
    t.notified = false;
    t.timed_out = false;
    t.timed_wait = timed;
    t.forced_time_out = timed && !may && !stutters;
    // (Where it only woke for nothing, its time will still be up: that is covered by the round that timed out instead.)
    t.stutters = timed && stutters && t.idle.timed_out;
  } else if (how == kSpurious) {
    if (timed || t.read_clock) count_time_out();
    // Late, so that a wait with a deadline wakes for nothing only a few times before its time is up.
    if (timed) machine::pass_until(clock, deadline - std::min(deadline, 2 * machine::kLook));
  } else if (how == kTimedOut) {
    count_time_out();
    machine::pass_until(clock, deadline);
    result = ETIMEDOUT;
  }
  machine::visible(again);
  t.notified = true;
  t.timed_wait = t.stutters = false;
  if (t.timed_out) {
    t.timed_out = false;
    c->waiters &= ~bit(t.id);
    machine::pass_until(clock, deadline);
    result = ETIMEDOUT;
  } else if (how == kNotified && timed && may && machine::alternative(2) == 1) {
    // Notified, but its time was up before it had the mutex again: so the signal is used up, and it timed out.
    count_time_out();
    machine::pass_until(clock, deadline);
    if (auto* e = machine::last_event()) e->note = "was notified, but its time is up";
    result = ETIMEDOUT;
  }
  if (no_lock) return result;
  if (is_lost(*m)) return ENOTRECOVERABLE;
  m->owner = t.id;
  m->taken = ++t.acquisitions;
  m->depth = depth;
  acquire(m->released);
  if (g.recording) t.holding.push_back(mutex);
  return is_inconsistent(*m) ? robust_result(*m) : result;
}

void cond_signal(std::uint64_t cond, bool all, std::uint64_t pc) {
  Object* c = usable(cond, all ? "notify_all" : "notify_one");
  machine::visible(operation(all ? EventKind::cond_broadcast : EventKind::cond_signal, c, pc));
  usable(cond, all ? "notify_all" : "notify_one");
  const int count = std::popcount(c->waiters);
  if (auto* e = machine::last_event()) e->second = static_cast<std::uint64_t>(count);
  if (count == 0) return;
  machine::changed();
  if (all) {
    for (std::uint64_t rest = c->waiters; rest != 0; rest &= rest - 1)
      machine::notify(std::countr_zero(rest));
    c->waiters = 0;
    return;
  }
  std::uint64_t rest = c->waiters;
  for (int skip = machine::alternative(count); skip > 0; --skip) rest &= rest - 1;
  const int woken = std::countr_zero(rest);
  c->waiters &= ~bit(woken);
  machine::notify(woken);
  if (auto* e = machine::last_event()) e->note = "wakes T" + std::to_string(woken);
}

void cond_init(std::uint64_t cond) {
  Object* o = g.objects.find(cond, Kind::cond);
  if (o == nullptr) return;
  o->destroyed = false;
  o->waiters = 0;
}

void cond_destroy(std::uint64_t cond) {
  Object* o = usable(cond, "destruction");
  // POSIX: only with no thread waiting. Those that were notified count as gone.
  if (o->waiters != 0) {
    machine::misuse("condition variable " + name_of(cond) + " is destroyed while T" +
                    std::to_string(std::countr_zero(o->waiters)) + " waits on it");
  }
  o->destroyed = true;
}

}  // namespace selvage::sync
