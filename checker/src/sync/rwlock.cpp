#include "sync/rwlock.hpp"

#include <bit>
#include <cerrno>

#include "machine/machine.hpp"
#include "sync/happens_before.hpp"
#include "sync/object.hpp"
#include "sync/timed_wait.hpp"

namespace selvage::sync {

using machine::bit;
using machine::EventKind;
using machine::Footprint;
using machine::g;
using machine::name_of;
using machine::Op;
using machine::self;
using machine::Thread;

namespace {

Object* usable(std::uint64_t lock, const char* call) {
  Object* o = g.objects.at(lock, Kind::rwlock);
  if (o->destroyed) {
    machine::misuse(std::string(call) + " of read-write lock " + name_of(lock) + " after it was destroyed");
  }
  return o;
}

bool free_for(const Object* o, bool write) { return o->owner < 0 && (!write || o->readers == 0); }

void take(Object* o, bool write) {
  Thread& t = self();
  acquire(o->released);
  if (write) {
    o->owner = t.id;
    o->taken = ++t.acquisitions;
    acquire(o->readers_released);
  } else {
    o->readers |= bit(t.id);
    t.read_holds.push_back({o->address, 0, ++t.acquisitions});
  }
  if (g.recording) t.holding.push_back(o->address);
}

}  // namespace

int rwlock_lock(std::uint64_t lock, bool write, Patience patience, int clock, std::uint64_t deadline,
                std::uint64_t pc) {
  Object* o = usable(lock, "locking");
  Thread& t = self();
  if ((o->readers & bit(t.id)) != 0 && !write) {
    // A reader that reads again: glibc counts; so do we, without an event of its own.
    for (auto& hold : t.read_holds) {
      if (hold.lock == lock) ++hold.again;
    }
    return 0;
  }
  if (o->owner == t.id && patience != Patience::never) return EDEADLK;
  const Footprint footprint = write ? Footprint::write : Footprint::read;
  Op op = operation(write ? EventKind::write_lock : EventKind::read_lock, o, pc, footprint);
  if (patience == Patience::forever) {
    machine::visible(op);
    usable(lock, "locking");  // somebody may have destroyed it meanwhile
    take(o, write);
    return 0;
  }
  op.kind = patience == Patience::never ? (write ? EventKind::try_write_lock : EventKind::try_read_lock)
                                        : (write ? EventKind::timed_write_lock : EventKind::timed_read_lock);
  machine::visible(op);
  usable(lock, "locking");
  if (free_for(o, write)) {
    take(o, write);
    return 0;
  }
  t.failed_try = true;
  for (std::uint64_t rest = o->readers | (o->owner >= 0 ? bit(o->owner) : 0); rest != 0; rest &= rest - 1) {
    ++g.threads[std::countr_zero(rest)].seen_holding;
  }
  if (patience == Patience::never) {
    if (auto* e = machine::last_event()) e->result = EBUSY;
    return EBUSY;
  }
  op.kind = write ? EventKind::write_lock : EventKind::read_lock;
  if (times_out(op, clock, deadline)) return ETIMEDOUT;
  take(o, write);
  return 0;
}

int rwlock_unlock(std::uint64_t lock, std::uint64_t pc) {
  Object* o = usable(lock, "unlocking");
  Thread& t = self();
  const bool write = o->owner == t.id;
  if (!write && (o->readers & bit(t.id)) == 0) {
    machine::misuse("unlock of read-write lock " + name_of(lock) + " by T" + std::to_string(t.id) +
                    ", which does not hold it");
  }
  if (!write) {
    for (auto& hold : t.read_holds) {
      if (hold.lock != lock || hold.again == 0) continue;
      --hold.again;
      return 0;
    }
  }
  machine::visible(operation(EventKind::rw_unlock, o, pc, write ? Footprint::write : Footprint::read));
  if (write) {
    o->owner = -1;
    release(o->released);
    o->readers_released.clear();
  } else {
    std::erase_if(t.read_holds, [lock](const Thread::ReadHold& hold) { return hold.lock == lock; });
    o->readers &= ~bit(t.id);
    release_join(o->readers_released);
  }
  machine::released();
  if (g.recording) std::erase(t.holding, lock);
  return 0;
}

void rwlock_init(std::uint64_t lock) {
  Object* o = g.objects.find(lock, Kind::rwlock);
  if (o == nullptr) return;
  o->destroyed = false;
  o->owner = -1;
  o->readers = 0;
  o->value = 0;
}

void rwlock_destroy(std::uint64_t lock) {
  Object* o = usable(lock, "destruction");
  if (o->owner >= 0 || o->readers != 0) {
    const int holder = o->owner >= 0 ? o->owner : std::countr_zero(o->readers);
    machine::misuse("read-write lock " + name_of(lock) + " is destroyed while T" + std::to_string(holder) +
                    " holds it");
  }
  o->destroyed = true;
}

}  // namespace selvage::sync
