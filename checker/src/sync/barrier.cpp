#include "sync/barrier.hpp"

#include <bit>

#include "machine/machine.hpp"
#include "sync/happens_before.hpp"

namespace selvage::sync {

using machine::bit;
using machine::EventKind;
using machine::Footprint;
using machine::g;
using machine::Op;
using machine::self;
using machine::Thread;

void barrier_init(std::uint64_t barrier, std::uint32_t count) {
  Object* o = g.objects.at(barrier, Kind::barrier);
  o->value = count;
  o->waiters = 0;
  o->destroyed = false;
  o->released.clear();
}

bool barrier_wait(std::uint64_t barrier, std::uint64_t pc) {
  Object* o = g.objects.find(barrier, Kind::barrier);
  if (o == nullptr || o->destroyed || o->value == 0) {
    machine::misuse("wait at barrier " + machine::name_of(barrier) + ", which is not initialised");
  }
  Thread& t = self();
  const Op op = operation(EventKind::barrier_wait, o, pc);
  machine::visible(op);
  machine::changed();
  release_join(o->released);
  o->waiters |= bit(t.id);
  if (std::popcount(o->waiters) < o->value) {
    t.notified = false;
    // To leave touches nothing that others see: it commutes with everything.
    Op leave = op;
    leave.footprint = Footprint::none;
    leave.needs_notify = true;
    leave.waits_on = barrier;
    machine::visible(leave);
    return false;
  }
  // The last to arrive: everybody's past is everybody's now.
  for (std::uint64_t rest = o->waiters; rest != 0; rest &= rest - 1) {
    Thread& waiter = g.threads[std::countr_zero(rest)];
    waiter.clock.join(o->released);
    machine::notify(waiter.id);
  }
  o->waiters = 0;
  o->released.clear();
  return true;
}

void barrier_destroy(std::uint64_t barrier) {
  Object* o = g.objects.find(barrier, Kind::barrier);
  if (o == nullptr) return;
  if (o->waiters != 0) {
    machine::misuse("barrier " + machine::name_of(barrier) + " is destroyed while T" +
                    std::to_string(std::countr_zero(o->waiters)) + " waits at it");
  }
  o->destroyed = true;
}

}  // namespace selvage::sync
