#include "sync/mutex.hpp"

#include <cerrno>

#include "machine/machine.hpp"
#include "machine/virtual_time.hpp"
#include "sync/happens_before.hpp"

namespace selvage::sync {

using machine::EventKind;
using machine::Footprint;
using machine::g;
using machine::name_of;
using machine::Op;
using machine::self;
using machine::Thread;

namespace {

Object* usable(std::uint64_t mutex, const char* call) {
  Object* o = g.objects.at(mutex, Kind::mutex);
  if (o->destroyed) machine::misuse(std::string(call) + " of mutex " + name_of(mutex) + " after it was destroyed");
  return o;
}

Op operation(EventKind kind, Object* o, std::uint64_t pc) {
  Op op;
  op.kind = kind;
  op.footprint = Footprint::write;
  op.address = o->address;
  op.object = o;
  op.pc = pc;
  return op;
}

void take(Object* o) {
  o->owner = self().id;
  o->depth = 1;
  acquire(o->released);
  if (g.recording) self().holding.push_back(o->address);
}

/// A try-lock tells a held mutex from a free one, so unlocks must be branching points from now on.
void needs_branching_unlocks() {
  if (!g.eager_unlock) return;
  g.eager_unlock = false;
  machine::end_execution(machine::Ending::How::restart);
}

}  // namespace

bool may_time_out() {
  const Thread& t = self();
  const std::uint64_t site = machine::call_site();
  for (const auto& outs : t.timeouts) {
    if (outs.site != site || outs.progress != g.progress || outs.count < g.options.max_timeouts) continue;
    machine::note_bound("time-outs were bounded: T" + std::to_string(t.id) + " polls with a time-out, and took " +
                        std::to_string(outs.count) + " in a row with nothing changed (--max-timeouts)");
    return false;
  }
  return true;
}

void count_time_out() {
  Thread& t = self();
  const std::uint64_t site = machine::call_site();
  for (auto& outs : t.timeouts) {
    if (outs.site != site) continue;
    outs.count = outs.progress == g.progress ? outs.count + 1 : 1;
    outs.progress = g.progress;
    return;
  }
  t.timeouts.push_back({site, g.progress, 1});
}

int mutex_lock(std::uint64_t mutex, MutexType type, std::uint64_t pc) {
  Object* o = usable(mutex, "lock");
  if (o->owner == self().id) {
    if (type == MutexType::recursive) {
      ++o->depth;
      return 0;
    }
    if (type == MutexType::errorcheck) return EDEADLK;
    // A normal mutex locked twice by its owner: blocked for ever, and reported when nobody else can move.
  }
  machine::visible(operation(EventKind::lock, o, pc));
  usable(mutex, "lock");  // somebody may have destroyed it meanwhile
  take(o);
  return 0;
}

int mutex_trylock(std::uint64_t mutex, MutexType type, std::uint64_t pc) {
  needs_branching_unlocks();
  Object* o = usable(mutex, "try_lock");
  machine::visible(operation(EventKind::trylock, o, pc));
  usable(mutex, "try_lock");
  int result = 0;
  if (o->owner < 0) {
    take(o);
  } else if (o->owner == self().id && type == MutexType::recursive) {
    ++o->depth;
  } else {
    self().failed_try = true;
    result = EBUSY;
  }
  if (auto* e = machine::last_event()) e->result = result;
  return result;
}

int mutex_timedlock(std::uint64_t mutex, MutexType type, int clock, std::uint64_t deadline, std::uint64_t pc) {
  needs_branching_unlocks();
  Object* o = usable(mutex, "timed lock");
  if (o->owner == self().id) {
    if (type == MutexType::recursive) {
      ++o->depth;
      return 0;
    }
    if (type == MutexType::errorcheck) return EDEADLK;
  }
  machine::visible(operation(EventKind::timedlock, o, pc));
  usable(mutex, "timed lock");
  if (o->owner < 0) {
    take(o);
    return 0;
  }
  const bool may = may_time_out();
  if (may && machine::alternative(2) == 1) {
    count_time_out();
    self().failed_try = true;
    machine::pass_until(clock, deadline);
    if (auto* e = machine::last_event()) e->result = ETIMEDOUT;
    return ETIMEDOUT;
  }
  Thread& t = self();
  t.timed_wait = true;
  t.forced_time_out = !may;
  t.notified = false;
  t.timed_out = false;
  // Either the lock becomes free (a plain lock), or, with nobody else able to move, time passes.
  Op op = operation(EventKind::timedlock, o, pc);
  op.kind = EventKind::lock;
  op.or_timed_out = true;
  machine::visible(op);
  t.timed_wait = false;
  t.notified = true;
  if (t.timed_out) {
    t.timed_out = false;
    machine::pass_until(clock, deadline);
    return ETIMEDOUT;
  }
  take(o);
  return 0;
}

int mutex_unlock(std::uint64_t mutex, MutexType type, std::uint64_t pc) {
  Object* o = usable(mutex, "unlock");
  if (o->owner != self().id) {
    if (type == MutexType::errorcheck) return EPERM;
    machine::misuse("unlock of mutex " + name_of(mutex) + " by T" + std::to_string(self().id) +
                    (o->owner < 0 ? ", but nobody holds it" : ", but T" + std::to_string(o->owner) + " holds it"));
  }
  if (o->depth > 1) {
    --o->depth;
    return 0;
  }
  const Op op = operation(EventKind::unlock, o, pc);
  // With only lock and unlock, nobody can tell an earlier unlock from a later one (it is a left mover:
  // Lipton, Reduction, CACM 1975), so it happens at once.
  if (g.eager_unlock) {
    machine::eager(op);
  } else {
    machine::visible(op);
  }
  o->owner = -1;
  o->depth = 0;
  release(o->released);
  machine::released();
  if (g.recording) std::erase(self().holding, mutex);
  return 0;
}

void mutex_init(std::uint64_t mutex) {
  Object* o = g.objects.find(mutex, Kind::mutex);
  if (o == nullptr) return;
  o->destroyed = false;
  o->owner = -1;
  o->depth = 0;
  o->released.clear();
}

int mutex_destroy(std::uint64_t mutex, std::uint64_t /*pc*/) {
  Object* o = usable(mutex, "destruction");
  if (o->owner >= 0) {
    machine::misuse("mutex " + name_of(mutex) + " is destroyed while T" + std::to_string(o->owner) + " holds it");
  }
  o->destroyed = true;
  return 0;
}

}  // namespace selvage::sync
