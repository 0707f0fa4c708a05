// <threads.h>: the C library's mutexes, condition variables and threads under C11's names. Its own code for them calls what is
// behind POSIX's names without passing a door.
#include <errno.h>
#include <threads.h>

#include <cstdint>

#include "abi/export.hpp"
#include "abi/mutexes.hpp"
#include "abi/real.hpp"
#include "abi/threads.hpp"
#include "machine/machine.hpp"

namespace abi = selvage::abi;
using selvage::machine::g;

namespace {

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t) &&
              sizeof(once_flag) == sizeof(pthread_once_t) && sizeof(thrd_t) == sizeof(pthread_t) &&
              sizeof(tss_t) == sizeof(pthread_key_t));

auto* mutex(mtx_t* m) { return reinterpret_cast<pthread_mutex_t*>(m); }
auto* condition(cnd_t* c) { return reinterpret_cast<pthread_cond_t*>(c); }

/// C11's name for an error of POSIX.
int result_of(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case ENOMEM:
      return thrd_nomem;
    case ETIMEDOUT:
      return thrd_timedout;
    case EBUSY:
      return thrd_busy;
    default:
      return thrd_error;
  }
}

}  // namespace

SELVAGE_EXPORT int mtx_init(mtx_t* m, int type) {
  const int result = SELVAGE_REAL(mtx_init)(m, type);
  if (g.in_program && result == thrd_success) abi::mutex_made(mutex(m), SELVAGE_CALLER);
  return result;
}
SELVAGE_EXPORT void mtx_destroy(mtx_t* m) {
  if (!g.in_program) return SELVAGE_REAL(mtx_destroy)(m);
  abi::destroy(mutex(m), SELVAGE_CALLER);
}
SELVAGE_EXPORT int mtx_lock(mtx_t* m) {
  if (!g.in_program) return SELVAGE_REAL(mtx_lock)(m);
  return result_of(abi::lock(mutex(m), SELVAGE_CALLER));
}
SELVAGE_EXPORT int mtx_trylock(mtx_t* m) {
  if (!g.in_program) return SELVAGE_REAL(mtx_trylock)(m);
  return result_of(abi::try_lock(mutex(m), SELVAGE_CALLER));
}
SELVAGE_EXPORT int mtx_timedlock(mtx_t* m, const timespec* until) {
  if (!g.in_program) return SELVAGE_REAL(mtx_timedlock)(m, until);
  return result_of(abi::lock_until(mutex(m), CLOCK_REALTIME, until, SELVAGE_CALLER));
}
SELVAGE_EXPORT int mtx_unlock(mtx_t* m) {
  if (!g.in_program) return SELVAGE_REAL(mtx_unlock)(m);
  return result_of(abi::unlock(mutex(m), SELVAGE_CALLER));
}

SELVAGE_EXPORT int cnd_init(cnd_t* c) {
  const int result = SELVAGE_REAL(cnd_init)(c);
  if (g.in_program && result == thrd_success) abi::condition_made(condition(c), SELVAGE_CALLER);
  return result;
}
SELVAGE_EXPORT void cnd_destroy(cnd_t* c) {
  if (!g.in_program) return SELVAGE_REAL(cnd_destroy)(c);
  abi::destroy(condition(c), SELVAGE_CALLER);
}
SELVAGE_EXPORT int cnd_wait(cnd_t* c, mtx_t* m) {
  if (!g.in_program) return SELVAGE_REAL(cnd_wait)(c, m);
  return result_of(abi::wait(condition(c), mutex(m), SELVAGE_CALLER));
}
SELVAGE_EXPORT int cnd_timedwait(cnd_t* c, mtx_t* m, const timespec* until) {
  if (!g.in_program) return SELVAGE_REAL(cnd_timedwait)(c, m, until);
  return result_of(abi::wait_until(condition(c), mutex(m), CLOCK_REALTIME, until, SELVAGE_CALLER));
}
SELVAGE_EXPORT int cnd_signal(cnd_t* c) {
  if (!g.in_program) return SELVAGE_REAL(cnd_signal)(c);
  abi::notify(condition(c), false, SELVAGE_CALLER);
  return thrd_success;
}
SELVAGE_EXPORT int cnd_broadcast(cnd_t* c) {
  if (!g.in_program) return SELVAGE_REAL(cnd_broadcast)(c);
  abi::notify(condition(c), true, SELVAGE_CALLER);
  return thrd_success;
}

SELVAGE_EXPORT void call_once(once_flag* flag, void (*routine)()) {
  if (!g.in_program) return SELVAGE_REAL(call_once)(flag, routine);
  abi::once(reinterpret_cast<pthread_once_t*>(flag), routine, SELVAGE_CALLER);
}

SELVAGE_EXPORT int thrd_create(thrd_t* thread, thrd_start_t routine, void* argument) {
  if (!g.in_program) {
    ++abi::g_threads_before;
    return SELVAGE_REAL(thrd_create)(thread, routine, argument);
  }
  // What it returns comes back in the same register, of which thrd_join() takes the lower half.
  using Posix = void* (*)(void*);
  abi::create(thread, nullptr, reinterpret_cast<Posix>(reinterpret_cast<void*>(routine)), argument,
              SELVAGE_CALLER);
  return thrd_success;
}
SELVAGE_EXPORT int thrd_join(thrd_t thread, int* result) {
  if (!g.in_program) return SELVAGE_REAL(thrd_join)(thread, result);
  return result_of(abi::join(thread, result, SELVAGE_CALLER));
}
SELVAGE_EXPORT int thrd_detach(thrd_t thread) {
  if (!g.in_program) return SELVAGE_REAL(thrd_detach)(thread);
  abi::detach(thread, SELVAGE_CALLER);
  return thrd_success;
}
SELVAGE_EXPORT void thrd_exit(int result) {
  if (!g.in_program) {
    SELVAGE_REAL(thrd_exit)(result);
    __builtin_unreachable();
  }
  abi::exit_thread(reinterpret_cast<void*>(static_cast<std::intptr_t>(result)));
}
SELVAGE_EXPORT void thrd_yield() {
  if (!g.in_program) return SELVAGE_REAL(thrd_yield)();
  abi::yield(SELVAGE_CALLER);
}

SELVAGE_EXPORT int tss_create(tss_t* key, tss_dtor_t destructor) {
  const int result = SELVAGE_REAL(tss_create)(key, destructor);
  if (result == thrd_success) abi::key_made(*key, destructor);
  return result;
}
SELVAGE_EXPORT void tss_delete(tss_t key) {
  abi::key_deleted(key);
  SELVAGE_REAL(tss_delete)(key);
}
