// sem_t, in memory of one process or of several.
#include <errno.h>
#include <semaphore.h>

#include "abi/export.hpp"
#include "abi/real.hpp"
#include "machine/access.hpp"
#include "machine/machine.hpp"
#include "machine/virtual_time.hpp"
#include "sync/object.hpp"
#include "sync/semaphore.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine
namespace objects = selvage::sync;

namespace {

std::uint64_t at(const volatile void* p) { return reinterpret_cast<std::uint64_t>(p); }

void check_user_of(const sem_t* s) {
  if (!SharedMemory::contains(at(s))) return;
  objects::Object* o = g.objects.find(at(s), objects::Kind::semaphore);
  if (o != nullptr) objects::check_user(o, "semaphore", false);
}

int wait(sem_t* s, objects::Patience patience, int clock, const timespec* until, std::uint64_t pc) {
  Door door;
  atomic_access(at(s), 4, selvage::race::kRead, pc);
  check_user_of(s);
  const int error =
      objects::semaphore_wait(at(s), patience, clock, until == nullptr ? 0 : nanoseconds(*until), pc);
  if (error == 0) return 0;
  errno = error;
  return -1;
}

}  // namespace

SELVAGE_EXPORT int sem_init(sem_t* s, int shared, unsigned value) {
  const int result = SELVAGE_REAL(sem_init)(s, shared, value);
  if (!g.in_program || result != 0) return result;
  range(at(s), sizeof *s, selvage::race::kWrite, SELVAGE_CALLER);
  Door door;
  objects::semaphore_init(at(s), value);
  g.objects.at(at(s), objects::Kind::semaphore)->shared = shared != 0;
  return 0;
}
SELVAGE_EXPORT int sem_destroy(sem_t* s) {
  if (!g.in_program) return g.exploring ? 0 : SELVAGE_REAL(sem_destroy)(s);
  {
    Door door;
    objects::semaphore_destroy(at(s));
  }
  // Destroying writes the object: who still uses it, unordered, races with that.
  range(at(s), 4, selvage::race::kWrite, SELVAGE_CALLER);
  return 0;
}
SELVAGE_EXPORT int sem_wait(sem_t* s) {
  if (!g.in_program) return SELVAGE_REAL(sem_wait)(s);
  return wait(s, objects::Patience::forever, 0, nullptr, SELVAGE_CALLER);
}
SELVAGE_EXPORT int sem_trywait(sem_t* s) {
  if (!g.in_program) return SELVAGE_REAL(sem_trywait)(s);
  return wait(s, objects::Patience::never, 0, nullptr, SELVAGE_CALLER);
}
SELVAGE_EXPORT int sem_timedwait(sem_t* s, const timespec* until) {
  if (!g.in_program) return SELVAGE_REAL(sem_timedwait)(s, until);
  return wait(s, objects::Patience::until, CLOCK_REALTIME, until, SELVAGE_CALLER);
}
SELVAGE_EXPORT int sem_clockwait(sem_t* s, clockid_t clock, const timespec* until) {
  if (!g.in_program) return SELVAGE_REAL(sem_clockwait)(s, clock, until);
  return wait(s, objects::Patience::until, clock, until, SELVAGE_CALLER);
}
SELVAGE_EXPORT int sem_post(sem_t* s) {
  if (!g.in_program) return SELVAGE_REAL(sem_post)(s);
  Door door;
  atomic_access(at(s), 4, selvage::race::kRead, SELVAGE_CALLER);
  check_user_of(s);
  objects::semaphore_post(at(s), SELVAGE_CALLER);
  return 0;
}
SELVAGE_EXPORT int sem_getvalue(sem_t* s, int* value) {
  if (!g.in_program) return SELVAGE_REAL(sem_getvalue)(s, value);
  Door door;
  Op op;
  op.kind = EventKind::sem_try_wait;
  op.footprint = Footprint::read;
  op.address = at(s);
  op.pc = SELVAGE_CALLER;
  visible(op);
  *value = static_cast<int>(objects::semaphore_value(at(s)));
  return 0;
}
