// pthread mutexes, condition variables, read-write locks, barriers, spin locks, once.
#include <errno.h>
#include <pthread.h>

#include "abi/callback.hpp"
#include "abi/export.hpp"
#include "abi/mutexes.hpp"
#include "abi/real.hpp"
#include "machine/access.hpp"
#include "machine/changes.hpp"
#include "machine/machine.hpp"
#include "machine/modules.hpp"
#include "machine/virtual_time.hpp"
#include "sync/barrier.hpp"
#include "sync/cond.hpp"
#include "sync/mutex.hpp"
#include "sync/once.hpp"
#include "sync/robust.hpp"
#include "sync/rwlock.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine
namespace objects = selvage::sync;

namespace {

std::uint64_t at(const volatile void* p) { return reinterpret_cast<std::uint64_t>(p); }

// The kind is in the bytes that PTHREAD_*_INITIALIZER or pthread_mutex_init wrote.
constexpr int kKind = 3, kRobust = 16, kProtocol = 0x60, kShared = 128;

__attribute__((noinline)) void unusual_mutex(const pthread_mutex_t* m) {
  const int kind = m->__data.__kind;
  if ((kind & kProtocol) != 0) unsupported("a mutex with a priority protocol");
  if ((kind & kRobust) != 0) objects::make_robust(at(m));
  if (!SharedMemory::contains(at(m))) return;
  // (glibc marks robust ones as shared, too.)
  objects::check_user(g.objects.at(at(m), objects::Kind::mutex), "mutex", (kind & kShared) != 0);
}

objects::MutexType type_of(const pthread_mutex_t* m) {
  const int kind = m->__data.__kind;
  if ((kind & (kProtocol | kRobust)) != 0 || SharedMemory::contains(at(m))) [[unlikely]]
    unusual_mutex(m);
  switch (kind & kKind) {
    case PTHREAD_MUTEX_RECURSIVE_NP:
      return objects::MutexType::recursive;
    case PTHREAD_MUTEX_ERRORCHECK_NP:
      return objects::MutexType::errorcheck;
    default:
      return objects::MutexType::normal;
  }
}

/// Calls from libc and the unwinder use locks of their own, which no switch can come between.
bool of_program(std::uint64_t pc) { return g.in_program && !in_system_library(pc); }

/// A use or the end of an object's life is an access to its memory: freed objects are found that way.
void touch(const volatile void* p, std::uint8_t flags, std::uint64_t pc) {
  atomic_access(at(p), 4, flags, pc);
}

/// Destroying writes the object: who still uses it, unordered, races with that.
void end_of_life(const volatile void* p, std::uint64_t pc) { range(at(p), 4, selvage::race::kWrite, pc); }

objects::Object* shared_object(const volatile void* p, objects::Kind kind) {
  return SharedMemory::contains(at(p)) ? g.objects.at(at(p), kind) : nullptr;
}

void check_user_of(const pthread_cond_t* c) {
  objects::Object* o = shared_object(c, objects::Kind::cond);
  if (o != nullptr) objects::check_user(o, "condition variable", (c->__data.__wrefs & 1) != 0);
}

/// Making an object writes all of it.
void begin_of_life(const volatile void* p, std::uint64_t size, std::uint64_t pc) {
  range(at(p), size, selvage::race::kWrite, pc);
}

}  // namespace

namespace selvage::abi {

void mutex_made(pthread_mutex_t* m, std::uint64_t pc) {
  begin_of_life(m, sizeof *m, pc);
  Door door;
  objects::mutex_init(at(m));
}
void destroy(pthread_mutex_t* m, std::uint64_t pc) {
  {
    Door door;
    objects::mutex_destroy(at(m), pc);
  }
  end_of_life(m, pc);
}
int lock(pthread_mutex_t* m, std::uint64_t pc) {
  Door door;
  touch(m, race::kRead, pc);
  if (lock_dropped(EventKind::lock, m, pc)) return 0;
  return objects::mutex_lock(at(m), type_of(m), pc);
}
int try_lock(pthread_mutex_t* m, std::uint64_t pc) {
  Door door;
  touch(m, race::kRead, pc);
  if (lock_dropped(EventKind::trylock, m, pc)) return 0;
  return objects::mutex_trylock(at(m), type_of(m), pc);
}
int lock_until(pthread_mutex_t* m, clockid_t clock, const timespec* until, std::uint64_t pc) {
  Door door;
  touch(m, race::kRead, pc);
  if (lock_dropped(EventKind::timedlock, m, pc)) return 0;
  return objects::mutex_timedlock(at(m), type_of(m), clock, nanoseconds(*until), pc);
}
int unlock(pthread_mutex_t* m, std::uint64_t pc) {
  Door door;
  touch(m, race::kRead, pc);
  if (unlock_dropped(EventKind::unlock, m, pc)) return 0;
  return objects::mutex_unlock(at(m), type_of(m), pc);
}

void condition_made(pthread_cond_t* c, std::uint64_t pc) {
  begin_of_life(c, sizeof *c, pc);
  Door door;
  objects::cond_init(at(c));
}
void destroy(pthread_cond_t* c, std::uint64_t pc) {
  {
    Door door;
    objects::cond_destroy(at(c));
  }
  end_of_life(c, pc);
}
clockid_t clock_of(const pthread_cond_t* c) {
  // glibc: bit 1 of __wrefs says CLOCK_MONOTONIC.
  return (c->__data.__wrefs & 2) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}
int wait(pthread_cond_t* c, pthread_mutex_t* m, std::uint64_t pc) {
  Door door;
  touch(c, race::kRead, pc);
  check_user_of(c);
  return objects::cond_wait(at(c), at(m), type_of(m), false, 0, 0, pc);
}
int wait_until(pthread_cond_t* c, pthread_mutex_t* m, clockid_t clock, const timespec* until,
               std::uint64_t pc) {
  Door door;
  touch(c, race::kRead, pc);
  check_user_of(c);
  return objects::cond_wait(at(c), at(m), type_of(m), true, clock, nanoseconds(*until), pc);
}
void notify(pthread_cond_t* c, bool all, std::uint64_t pc) {
  Door door;
  touch(c, race::kRead, pc);
  check_user_of(c);
  objects::cond_signal(at(c), all, pc);
}

void once(pthread_once_t* control, void (*routine)(), std::uint64_t pc) {
  Door door;
  touch(control, race::kRead, pc);
  if (!objects::once_begin(at(control), pc)) return;
  try {
    Callback program;
    routine();
  } catch (...) {
    objects::once_failed(at(control));
    throw;
  }
  objects::once_done(at(control));
}

}  // namespace selvage::abi

namespace abi = selvage::abi;

SELVAGE_EXPORT int pthread_mutex_init(pthread_mutex_t* m, const pthread_mutexattr_t* attributes) {
  const int error = SELVAGE_REAL(pthread_mutex_init)(m, attributes);
  if (of_program(SELVAGE_CALLER) && error == 0) abi::mutex_made(m, SELVAGE_CALLER);
  return error;
}
SELVAGE_EXPORT int pthread_mutex_destroy(pthread_mutex_t* m) {
  if (!of_program(SELVAGE_CALLER)) return g.exploring ? 0 : SELVAGE_REAL(pthread_mutex_destroy)(m);
  abi::destroy(m, SELVAGE_CALLER);
  return 0;
}
SELVAGE_EXPORT int pthread_mutex_lock(pthread_mutex_t* m) {
  if (!of_program(SELVAGE_CALLER)) return g.exploring ? 0 : SELVAGE_REAL(pthread_mutex_lock)(m);
  return abi::lock(m, SELVAGE_CALLER);
}
SELVAGE_EXPORT int pthread_mutex_trylock(pthread_mutex_t* m) {
  if (!of_program(SELVAGE_CALLER)) return g.exploring ? 0 : SELVAGE_REAL(pthread_mutex_trylock)(m);
  return abi::try_lock(m, SELVAGE_CALLER);
}
SELVAGE_EXPORT int pthread_mutex_timedlock(pthread_mutex_t* m, const timespec* until) {
  if (!of_program(SELVAGE_CALLER)) return g.exploring ? 0 : SELVAGE_REAL(pthread_mutex_timedlock)(m, until);
  return abi::lock_until(m, CLOCK_REALTIME, until, SELVAGE_CALLER);
}
SELVAGE_EXPORT int pthread_mutex_clocklock(pthread_mutex_t* m, clockid_t clock, const timespec* until) {
  if (!of_program(SELVAGE_CALLER))
    return g.exploring ? 0 : SELVAGE_REAL(pthread_mutex_clocklock)(m, clock, until);
  return abi::lock_until(m, clock, until, SELVAGE_CALLER);
}
SELVAGE_EXPORT int pthread_mutex_unlock(pthread_mutex_t* m) {
  if (!of_program(SELVAGE_CALLER)) return g.exploring ? 0 : SELVAGE_REAL(pthread_mutex_unlock)(m);
  return abi::unlock(m, SELVAGE_CALLER);
}

SELVAGE_EXPORT int pthread_mutex_consistent(pthread_mutex_t* m) noexcept {
  if (!g.in_program) return SELVAGE_REAL(pthread_mutex_consistent)(m);
  Door door;
  touch(m, selvage::race::kRead, SELVAGE_CALLER);
  return objects::make_consistent(at(m));
}

SELVAGE_EXPORT int pthread_cond_init(pthread_cond_t* c, const pthread_condattr_t* attributes) {
  const int error = SELVAGE_REAL(pthread_cond_init)(c, attributes);
  if (g.in_program && error == 0) abi::condition_made(c, SELVAGE_CALLER);
  return error;
}
SELVAGE_EXPORT int pthread_cond_destroy(pthread_cond_t* c) {
  if (!g.in_program) return g.exploring ? 0 : SELVAGE_REAL(pthread_cond_destroy)(c);
  abi::destroy(c, SELVAGE_CALLER);
  return 0;
}
SELVAGE_EXPORT int pthread_cond_wait(pthread_cond_t* c, pthread_mutex_t* m) {
  if (!g.in_program) return SELVAGE_REAL(pthread_cond_wait)(c, m);
  return abi::wait(c, m, SELVAGE_CALLER);
}
SELVAGE_EXPORT int pthread_cond_timedwait(pthread_cond_t* c, pthread_mutex_t* m, const timespec* until) {
  if (!g.in_program) return SELVAGE_REAL(pthread_cond_timedwait)(c, m, until);
  return abi::wait_until(c, m, abi::clock_of(c), until, SELVAGE_CALLER);
}
SELVAGE_EXPORT int pthread_cond_clockwait(pthread_cond_t* c, pthread_mutex_t* m, clockid_t clock,
                                          const timespec* until) {
  if (!g.in_program) return SELVAGE_REAL(pthread_cond_clockwait)(c, m, clock, until);
  return abi::wait_until(c, m, clock, until, SELVAGE_CALLER);
}
SELVAGE_EXPORT int pthread_cond_signal(pthread_cond_t* c) {
  if (!g.in_program) return g.exploring ? 0 : SELVAGE_REAL(pthread_cond_signal)(c);
  abi::notify(c, false, SELVAGE_CALLER);
  return 0;
}
SELVAGE_EXPORT int pthread_cond_broadcast(pthread_cond_t* c) {
  if (!g.in_program) return g.exploring ? 0 : SELVAGE_REAL(pthread_cond_broadcast)(c);
  abi::notify(c, true, SELVAGE_CALLER);
  return 0;
}

namespace {

int rwlock(pthread_rwlock_t* l, bool write, objects::Patience patience, int clock, const timespec* until,
           std::uint64_t pc) {
  if (objects::Object* o = shared_object(l, objects::Kind::rwlock)) {
    objects::check_user(o, "read-write lock", l->__data.__shared != 0);
  }
  touch(l, selvage::race::kRead, pc);
  // Here a reader never waits for a writer that only waits itself.
  if (!write && l->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP)
    unsupported("a read-write lock that prefers writers");
  const EventKind kind = patience == objects::Patience::never
                             ? (write ? EventKind::try_write_lock : EventKind::try_read_lock)
                         : patience == objects::Patience::until
                             ? (write ? EventKind::timed_write_lock : EventKind::timed_read_lock)
                             : (write ? EventKind::write_lock : EventKind::read_lock);
  if (lock_dropped(kind, l, pc)) return 0;
  return objects::rwlock_lock(at(l), write, patience, clock, until == nullptr ? 0 : nanoseconds(*until), pc);
}

}  // namespace

SELVAGE_EXPORT int pthread_rwlock_init(pthread_rwlock_t* l, const pthread_rwlockattr_t* attributes) {
  const int error = SELVAGE_REAL(pthread_rwlock_init)(l, attributes);
  if (!g.in_program || error != 0) return error;
  begin_of_life(l, sizeof *l, SELVAGE_CALLER);
  Door door;
  objects::rwlock_init(at(l));
  return 0;
}
SELVAGE_EXPORT int pthread_rwlock_destroy(pthread_rwlock_t* l) {
  if (!g.in_program) return g.exploring ? 0 : SELVAGE_REAL(pthread_rwlock_destroy)(l);
  {
    Door door;
    objects::rwlock_destroy(at(l));
  }
  end_of_life(l, SELVAGE_CALLER);
  return 0;
}
#define SELVAGE_RWLOCK(NAME, WRITE, PATIENCE)                                        \
  SELVAGE_EXPORT int NAME(pthread_rwlock_t* l) {                                     \
    if (!of_program(SELVAGE_CALLER)) return g.exploring ? 0 : SELVAGE_REAL(NAME)(l); \
    Door door;                                                                       \
    return rwlock(l, WRITE, PATIENCE, 0, nullptr, SELVAGE_CALLER);                   \
  }
#define SELVAGE_RWLOCK_TIMED(NAME, WRITE)                                                     \
  SELVAGE_EXPORT int NAME(pthread_rwlock_t* l, const timespec* until) {                       \
    if (!of_program(SELVAGE_CALLER)) return g.exploring ? 0 : SELVAGE_REAL(NAME)(l, until);   \
    Door door;                                                                                \
    return rwlock(l, WRITE, objects::Patience::until, CLOCK_REALTIME, until, SELVAGE_CALLER); \
  }
#define SELVAGE_RWLOCK_CLOCK(NAME, WRITE)                                                          \
  SELVAGE_EXPORT int NAME(pthread_rwlock_t* l, clockid_t clock, const timespec* until) {           \
    if (!of_program(SELVAGE_CALLER)) return g.exploring ? 0 : SELVAGE_REAL(NAME)(l, clock, until); \
    Door door;                                                                                     \
    return rwlock(l, WRITE, objects::Patience::until, clock, until, SELVAGE_CALLER);               \
  }
SELVAGE_RWLOCK(pthread_rwlock_rdlock, false, objects::Patience::forever)
SELVAGE_RWLOCK(pthread_rwlock_wrlock, true, objects::Patience::forever)
SELVAGE_RWLOCK(pthread_rwlock_tryrdlock, false, objects::Patience::never)
SELVAGE_RWLOCK(pthread_rwlock_trywrlock, true, objects::Patience::never)
SELVAGE_RWLOCK_TIMED(pthread_rwlock_timedrdlock, false)
SELVAGE_RWLOCK_TIMED(pthread_rwlock_timedwrlock, true)
SELVAGE_RWLOCK_CLOCK(pthread_rwlock_clockrdlock, false)
SELVAGE_RWLOCK_CLOCK(pthread_rwlock_clockwrlock, true)
SELVAGE_EXPORT int pthread_rwlock_unlock(pthread_rwlock_t* l) {
  if (!of_program(SELVAGE_CALLER)) return g.exploring ? 0 : SELVAGE_REAL(pthread_rwlock_unlock)(l);
  Door door;
  touch(l, selvage::race::kRead, SELVAGE_CALLER);
  if (unlock_dropped(EventKind::rw_unlock, l, SELVAGE_CALLER)) return 0;
  return objects::rwlock_unlock(at(l), SELVAGE_CALLER);
}

SELVAGE_EXPORT int pthread_barrier_init(pthread_barrier_t* b, const pthread_barrierattr_t* attributes,
                                        unsigned count) {
  const int error = SELVAGE_REAL(pthread_barrier_init)(b, attributes, count);
  if (!g.in_program || error != 0) return error;
  begin_of_life(b, sizeof *b, SELVAGE_CALLER);
  Door door;
  int shared = PTHREAD_PROCESS_PRIVATE;
  if (attributes != nullptr) pthread_barrierattr_getpshared(attributes, &shared);
  objects::barrier_init(at(b), count);
  g.objects.at(at(b), objects::Kind::barrier)->shared = shared != PTHREAD_PROCESS_PRIVATE;
  return 0;
}
SELVAGE_EXPORT int pthread_barrier_destroy(pthread_barrier_t* b) {
  if (!g.in_program) return g.exploring ? 0 : SELVAGE_REAL(pthread_barrier_destroy)(b);
  {
    Door door;
    objects::barrier_destroy(at(b));
  }
  end_of_life(b, SELVAGE_CALLER);
  return 0;
}
SELVAGE_EXPORT int pthread_barrier_wait(pthread_barrier_t* b) {
  if (!g.in_program) return SELVAGE_REAL(pthread_barrier_wait)(b);
  Door door;
  touch(b, selvage::race::kRead, SELVAGE_CALLER);
  if (objects::Object* o = shared_object(b, objects::Kind::barrier)) objects::check_user(o, "barrier", false);
  return objects::barrier_wait(at(b), SELVAGE_CALLER) ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

// A spin lock is a mutex whose waiting costs processor time, which the search does not spend.
SELVAGE_EXPORT int pthread_spin_init(pthread_spinlock_t* l, int shared) {
  const int error = SELVAGE_REAL(pthread_spin_init)(l, shared);
  if (!g.in_program || error != 0) return error;
  begin_of_life(l, sizeof *l, SELVAGE_CALLER);
  Door door;
  objects::mutex_init(at(l));
  return 0;
}
SELVAGE_EXPORT int pthread_spin_destroy(pthread_spinlock_t* l) {
  if (!g.in_program) return g.exploring ? 0 : SELVAGE_REAL(pthread_spin_destroy)(l);
  {
    Door door;
    objects::mutex_destroy(at(l), SELVAGE_CALLER);
  }
  end_of_life(l, SELVAGE_CALLER);
  return 0;
}
SELVAGE_EXPORT int pthread_spin_lock(pthread_spinlock_t* l) {
  if (!g.in_program) return g.exploring ? 0 : SELVAGE_REAL(pthread_spin_lock)(l);
  Door door;
  touch(l, selvage::race::kRead, SELVAGE_CALLER);
  if (lock_dropped(EventKind::lock, l, SELVAGE_CALLER)) return 0;
  return objects::mutex_lock(at(l), objects::MutexType::normal, SELVAGE_CALLER);
}
SELVAGE_EXPORT int pthread_spin_trylock(pthread_spinlock_t* l) {
  if (!g.in_program) return g.exploring ? 0 : SELVAGE_REAL(pthread_spin_trylock)(l);
  Door door;
  touch(l, selvage::race::kRead, SELVAGE_CALLER);
  if (lock_dropped(EventKind::trylock, l, SELVAGE_CALLER)) return 0;
  return objects::mutex_trylock(at(l), objects::MutexType::normal, SELVAGE_CALLER);
}
SELVAGE_EXPORT int pthread_spin_unlock(pthread_spinlock_t* l) {
  if (!g.in_program) return g.exploring ? 0 : SELVAGE_REAL(pthread_spin_unlock)(l);
  Door door;
  touch(l, selvage::race::kRead, SELVAGE_CALLER);
  if (unlock_dropped(EventKind::unlock, l, SELVAGE_CALLER)) return 0;
  return objects::mutex_unlock(at(l), objects::MutexType::normal, SELVAGE_CALLER);
}

SELVAGE_EXPORT int pthread_once(pthread_once_t* control, void (*routine)()) {
  if (!of_program(SELVAGE_CALLER)) return SELVAGE_REAL(pthread_once)(control, routine);
  abi::once(control, routine, SELVAGE_CALLER);
  return 0;
}

SELVAGE_EXPORT int __cxa_guard_acquire(long long* guard) {
  if (!g.in_program) {
    using F = int(long long*);
    static F* real = selvage::abi::find_real<F>("__cxa_guard_acquire");
    return real(guard);
  }
  Door door;
  return objects::guard_acquire(at(guard), SELVAGE_CALLER) ? 1 : 0;
}
SELVAGE_EXPORT void __cxa_guard_release(long long* guard) {
  if (!g.in_program) {
    using F = void(long long*);
    static F* real = selvage::abi::find_real<F>("__cxa_guard_release");
    real(guard);
    return;
  }
  Door door;
  objects::guard_release(at(guard), SELVAGE_CALLER);
}
SELVAGE_EXPORT void __cxa_guard_abort(long long* guard) {
  if (!g.in_program) {
    using F = void(long long*);
    static F* real = selvage::abi::find_real<F>("__cxa_guard_abort");
    real(guard);
    return;
  }
  Door door;
  objects::guard_abort(at(guard));
}
