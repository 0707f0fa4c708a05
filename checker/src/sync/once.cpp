#include "sync/once.hpp"

#include "machine/machine.hpp"
#include "sync/happens_before.hpp"

namespace selvage::sync {

using machine::EventKind;
using machine::g;
using machine::self;

bool once_begin(std::uint64_t control, std::uint64_t pc) {
  Object* o = g.objects.at(control, Kind::once);
  // glibc writes 2 into a control that is done: it may have been so before the exploration.
  if (*reinterpret_cast<const std::int32_t*>(control) == 2) o->done = true;
  if (o->busy && o->owner == self().id) {
    machine::misuse("the routine of once control " + machine::name_of(control) + " calls itself");
  }
  machine::visible(operation(EventKind::once, o, pc));
  if (o->done) {
    acquire(o->released);
    return false;
  }
  acquire(o->released);  // of a routine that failed
  o->busy = true;
  o->owner = self().id;
  o->taken = ++self().acquisitions;
  machine::changed();
  return true;
}

void once_done(std::uint64_t control) {
  Object* o = g.objects.at(control, Kind::once);
  o->busy = false;
  o->done = true;
  o->owner = -1;
  *reinterpret_cast<std::int32_t*>(control) = 2;
  release(o->released);
  machine::changed();
}

void once_failed(std::uint64_t control) {
  Object* o = g.objects.at(control, Kind::once);
  o->busy = false;
  o->owner = -1;
  release(o->released);
  machine::changed();
}

bool guard_acquire(std::uint64_t guard, std::uint64_t pc) {
  auto* initialised = reinterpret_cast<unsigned char*>(guard);
  Object* o = g.objects.at(guard, Kind::guard);
  if (o->busy && o->owner == self().id) {
    machine::misuse("the initialiser of a function-local static needs that static itself");
  }
  machine::visible(operation(EventKind::guard, o, pc));
  if (*initialised != 0) {
    acquire(o->released);
    return false;
  }
  acquire(o->released);  // of an initialiser that failed
  o->busy = true;
  o->owner = self().id;
  o->taken = ++self().acquisitions;
  machine::changed();
  return true;
}

void guard_release(std::uint64_t guard, std::uint64_t pc) {
  Object* o = g.objects.at(guard, Kind::guard);
  // The fast path of later callers is an atomic load of the first byte: the release is an event on it.
  machine::visible(operation(EventKind::guard, o, pc));
  o->busy = false;
  o->owner = -1;
  release(o->released);
  // Later callers load the byte with acquire: they synchronise with this.
  g.objects.at(guard, Kind::atomic)->released.join(o->released);
  *reinterpret_cast<unsigned char*>(guard) = 1;
  machine::changed();
}

void guard_abort(std::uint64_t guard) {
  Object* o = g.objects.at(guard, Kind::guard);
  o->busy = false;
  o->owner = -1;
  release(o->released);
  machine::changed();
}

}  // namespace selvage::sync
