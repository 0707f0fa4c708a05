// <threads.h>: C11's names for threads, mutexes, condition variables, once flags and thread-specific storage.
// expect: proved
// expect BUG: data-race
// expect DEADLOCK: deadlock
// expect LOST: deadlock
#include <cassert>
#include <ctime>
#include <threads.h>

mtx_t mutex, other, recursive;
cnd_t filled;
once_flag first = ONCE_FLAG_INIT;
tss_t key;
int slot = 0, made = 0, destroyed = 0;

void make() { ++made; }

int fill(void* argument) {
  call_once(&first, make);
  tss_set(key, argument);
#ifdef DEADLOCK
  mtx_lock(&other);
#endif
  mtx_lock(&mutex);
  slot = *static_cast<int*>(argument);
#ifndef LOST
  cnd_signal(&filled);
#endif
  mtx_unlock(&mutex);
#ifdef DEADLOCK
  mtx_unlock(&other);
#endif
#ifdef BUG
  slot = 5;
#endif
  if (slot == 0) thrd_exit(-1);
  return -7;
}

int main() {
  mtx_init(&mutex, mtx_timed);
  mtx_init(&other, mtx_plain);
  mtx_init(&recursive, mtx_plain | mtx_recursive);
  cnd_init(&filled);
  // Under the lock, as several may end at the same time.
  tss_create(&key, [](void*) {
    mtx_lock(&mutex);
    ++destroyed;
    mtx_unlock(&mutex);
  });
  assert(mtx_lock(&recursive) == thrd_success && mtx_trylock(&recursive) == thrd_success);
  mtx_unlock(&recursive);
  mtx_unlock(&recursive);

  static int five = 5;
  thrd_t t;
  assert(thrd_create(&t, fill, &five) == thrd_success);
  assert(!thrd_equal(t, thrd_current()));
  call_once(&first, make);
  mtx_lock(&mutex);
#ifdef DEADLOCK
  mtx_lock(&other);
  mtx_unlock(&other);
#endif
  while (slot == 0) cnd_wait(&filled, &mutex);
  mtx_unlock(&mutex);
  int result = 0;
  assert(thrd_join(t, &result) == thrd_success && result == -7);
  assert(slot == 5 && made == 1 && destroyed == 1);

  timespec until;
  assert(timespec_get(&until, TIME_UTC) == TIME_UTC);
  mtx_lock(&mutex);
  const int waited = cnd_timedwait(&filled, &mutex, &until);
  assert(waited == thrd_timedout || waited == thrd_success);  // (it may wake for nothing)
  assert(mtx_trylock(&mutex) == thrd_busy && mtx_timedlock(&mutex, &until) == thrd_timedout);
  mtx_unlock(&mutex);
  const timespec little{0, 1000};
  assert(thrd_sleep(&little, nullptr) == 0);
  thrd_yield();
  tss_delete(key);
  cnd_destroy(&filled);
  mtx_destroy(&recursive);
  mtx_destroy(&other);
  mtx_destroy(&mutex);
}
