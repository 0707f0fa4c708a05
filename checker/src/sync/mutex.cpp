#include "sync/mutex.hpp"

#include <cerrno>

#include "machine/machine.hpp"
#include "sync/happens_before.hpp"
#include "sync/object.hpp"
#include "sync/robust.hpp"
#include "sync/timed_wait.hpp"

namespace selvage::sync {

using machine::EventKind;
using machine::g;
using machine::name_of;
using machine::Op;
using machine::self;

namespace {

void check_usable(const Object* o, const char* call) {
  if (!o->destroyed) return;
  machine::misuse(std::string(call) + " of mutex " + name_of(o->address) + " after it was destroyed");
}

Object* usable(std::uint64_t mutex, const char* call) {
  Object* o = g.objects.at(mutex, Kind::mutex);
  check_usable(o, call);
  return o;
}

/// 0, or what a robust mutex has to say (sync/robust.hpp); then it may be that nothing was taken.
int take(Object* o) {
  if (is_lost(*o)) return ENOTRECOVERABLE;
  o->owner = self().id;
  o->taken = ++self().acquisitions;
  o->depth = 1;
  acquire(o->released);
  if (g.recording) self().holding.push_back(o->address);
  return robust_result(*o);
}

/// A try-lock tells a held mutex from a free one, so unlocks must be branching points from now on.
void needs_branching_unlocks() {
  if (!g.eager_unlock) return;
  g.eager_unlock = false;
  machine::end_execution(machine::Ending::How::restart);
}

}  // namespace

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
  check_usable(o, "lock");  // somebody may have destroyed it meanwhile
  return take(o);
}

int mutex_trylock(std::uint64_t mutex, MutexType type, std::uint64_t pc) {
  needs_branching_unlocks();
  Object* o = usable(mutex, "try_lock");
  machine::visible(operation(EventKind::trylock, o, pc));
  check_usable(o, "try_lock");
  int result = 0;
  if (o->owner < 0) {
    result = take(o);
  } else if (o->owner == self().id && type == MutexType::recursive) {
    ++o->depth;
  } else {
    self().failed_try = true;
    ++g.threads[o->owner].seen_holding;
    result = EBUSY;
  }
  if (auto* e = machine::last_event()) e->result = result;
  return result;
}

int mutex_timedlock(std::uint64_t mutex, MutexType type, int clock, std::uint64_t deadline,
                    std::uint64_t pc) {
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
  check_usable(o, "timed lock");
  if (o->owner < 0) return take(o);
  if (o->owner != self().id) ++g.threads[o->owner].seen_holding;
  // Either the lock becomes free (a plain lock), or, with nobody else able to move, time passes.
  if (times_out(operation(EventKind::lock, o, pc), clock, deadline)) return ETIMEDOUT;
  return take(o);
}

int mutex_unlock(std::uint64_t mutex, MutexType type, std::uint64_t pc) {
  Object* o = usable(mutex, "unlock");
  if (o->owner != self().id) {
    if (type == MutexType::errorcheck || is_robust(*o)) return EPERM;
    machine::misuse(
        "unlock of mutex " + name_of(mutex) + " by T" + std::to_string(self().id) +
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
  note_release(*o);
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
  o->value = 0;
  o->busy = o->done = false;
  o->released.clear();
}

int mutex_destroy(std::uint64_t mutex, std::uint64_t /*pc*/) {
  Object* o = usable(mutex, "destruction");
  if (o->owner >= 0) {
    machine::misuse("mutex " + name_of(mutex) + " is destroyed while T" + std::to_string(o->owner) +
                    " holds it");
  }
  o->destroyed = true;
  return 0;
}

}  // namespace selvage::sync
