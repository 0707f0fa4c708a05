#include "sync/semaphore.hpp"

#include <bit>
#include <cerrno>

#include "machine/machine.hpp"
#include "machine/virtual_time.hpp"
#include "sync/happens_before.hpp"
#include "sync/mutex.hpp"

namespace selvage::sync {

using machine::EventKind;
using machine::Footprint;
using machine::g;
using machine::Op;
using machine::self;
using machine::Thread;

namespace {

Object* usable(std::uint64_t semaphore, const char* call) {
  Object* o = g.objects.find(semaphore, Kind::semaphore);
  if (o == nullptr) {
    // Initialised before the exploration began: glibc keeps the value in the first word.
    o = g.objects.at(semaphore, Kind::semaphore);
    o->value = *reinterpret_cast<const std::uint32_t*>(semaphore);
  }
  if (o->destroyed) {
    machine::misuse(std::string(call) + " of semaphore " + machine::name_of(semaphore) + " after it was destroyed");
  }
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
  --o->value;
  machine::changed();
  acquire(o->released);
}

}  // namespace

void semaphore_init(std::uint64_t semaphore, std::int64_t value) {
  Object* o = g.objects.at(semaphore, Kind::semaphore);
  o->value = value;
  o->destroyed = false;
  o->released.clear();
}

int semaphore_wait(std::uint64_t semaphore, Patience patience, int clock, std::uint64_t deadline, std::uint64_t pc) {
  Object* o = usable(semaphore, "wait");
  Thread& t = self();
  if (patience == Patience::forever) {
    machine::visible(operation(EventKind::sem_wait, o, pc));
    usable(semaphore, "wait");  // somebody may have destroyed it meanwhile
    take(o);
    return 0;
  }
  machine::visible(operation(patience == Patience::never ? EventKind::sem_try_wait : EventKind::sem_timed_wait, o, pc));
  if (o->value > 0) {
    take(o);
    return 0;
  }
  t.failed_try = true;
  if (patience == Patience::never) {
    if (auto* e = machine::last_event()) e->result = EAGAIN;
    return EAGAIN;
  }
  const bool may = may_time_out();
  if (may && machine::alternative(2) == 1) {
    count_time_out();
    machine::pass_until(clock, deadline);
    if (auto* e = machine::last_event()) e->result = ETIMEDOUT;
    return ETIMEDOUT;
  }
  t.timed_wait = true;
  t.forced_time_out = !may;
  t.notified = false;
  t.timed_out = false;
  Op op = operation(EventKind::sem_wait, o, pc);
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

void semaphore_post(std::uint64_t semaphore, std::uint64_t pc) {
  Object* o = usable(semaphore, "post");
  machine::visible(operation(EventKind::sem_post, o, pc));
  usable(semaphore, "post");
  ++o->value;
  release_join(o->released);
  machine::changed();
}

std::int64_t semaphore_value(std::uint64_t semaphore) { return usable(semaphore, "reading")->value; }

void semaphore_destroy(std::uint64_t semaphore) { usable(semaphore, "destruction")->destroyed = true; }

}  // namespace selvage::sync
