// unsupported: a read-write lock that prefers writers (a reader waits for a writer that waits itself); not where it is only written.
// expect: unsupported
// expect STATIC: unsupported
// expect DEFAULT: proved
// expect WRITES: proved
// message: read-write lock that prefers writers
#include <pthread.h>

int shared = 0;
#ifdef STATIC
pthread_rwlock_t l = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
#else
pthread_rwlock_t l;
#endif

void* work(void*) {
#ifdef WRITES
  pthread_rwlock_wrlock(&l);
#else
  pthread_rwlock_rdlock(&l);
  pthread_rwlock_rdlock(&l);
  pthread_rwlock_unlock(&l);
#endif
  pthread_rwlock_unlock(&l);
  return nullptr;
}

int main() {
#ifndef STATIC
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
#ifndef DEFAULT
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
#endif
  pthread_rwlock_init(&l, &attributes);
  pthread_rwlockattr_destroy(&attributes);
#endif
  pthread_t t;
  pthread_create(&t, nullptr, work, nullptr);
  pthread_rwlock_wrlock(&l);
  ++shared;
  pthread_rwlock_unlock(&l);
  pthread_join(t, nullptr);
}
