#include "sync/semaphore.hpp"

#include <cerrno>

#include "machine/machine.hpp"
#include "sync/happens_before.hpp"
#include "sync/object.hpp"
#include "sync/timed_wait.hpp"

namespace selvage::sync {

using machine::EventKind;
using machine::g;
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
    machine::misuse(std::string(call) + " of semaphore " + machine::name_of(semaphore) +
                    " after it was destroyed");
  }
  return o;
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

int semaphore_wait(std::uint64_t semaphore, Patience patience, int clock, std::uint64_t deadline,
                   std::uint64_t pc) {
  Object* o = usable(semaphore, "wait");
  Thread& t = self();
  if (patience == Patience::forever) {
    machine::visible(operation(EventKind::sem_wait, o, pc));
    usable(semaphore, "wait");  // somebody may have destroyed it meanwhile
    take(o);
    return 0;
  }
  machine::visible(
      operation(patience == Patience::never ? EventKind::sem_try_wait : EventKind::sem_timed_wait, o, pc));
  if (o->value > 0) {
    take(o);
    return 0;
  }
  t.failed_try = true;
  if (patience == Patience::never) {
    if (auto* e = machine::last_event()) e->result = EAGAIN;
    return EAGAIN;
  }
  if (times_out(operation(EventKind::sem_wait, o, pc), clock, deadline)) return ETIMEDOUT;
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
