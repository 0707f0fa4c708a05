#include "sync/robust.hpp"

#include <bit>
#include <cerrno>

#include "machine/machine.hpp"
#include "sync/happens_before.hpp"

namespace selvage::sync {

using machine::g;

namespace {
bool g_any = false;
}

void make_robust(std::uint64_t mutex) {
  g_any = true;
  g.objects.at(mutex, Kind::mutex)->value = 1;
}

bool any_robust() { return g_any; }

int robust_result(const Object& mutex) { return is_inconsistent(mutex) ? EOWNERDEAD : 0; }

int make_consistent(std::uint64_t mutex) {
  Object* o = g.objects.at(mutex, Kind::mutex);
  if (o->owner != machine::self().id || !is_inconsistent(*o)) return EINVAL;
  o->busy = false;
  return 0;
}

void abandon(std::uint64_t threads) {
  for (std::uint32_t i = 0; i < g.objects.count(); ++i) {
    Object* o = &g.objects[i];
    // The dead are woken by nobody; who came to a barrier came.
    if (o->kind != Kind::barrier) o->waiters &= ~(threads & ~g.alive);
    if (o->kind != Kind::mutex || !is_robust(*o) || o->owner < 0 || (threads >> o->owner & 1) == 0) continue;
    // Owner death is as an unlock: nobody can tell an earlier from a later one, but by trying.
    const machine::Op op = operation(machine::EventKind::unlock, o, 0);
    if (g.eager_unlock) {
      machine::eager(op);
    } else {
      machine::visible(op);
    }
    if (auto* e = machine::last_event()) e->note = "its owner has ended";
    o->owner = -1;
    o->depth = 0;
    o->busy = true;
    release(o->released);
    machine::changed();
    machine::released();
  }
}

}  // namespace selvage::sync
