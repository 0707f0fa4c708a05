// misuse: what the standard forbids of locks and threads.
// expect UNLOCK: misuse
// expect FOREIGN: misuse
// expect DESTROY_HELD: misuse
// expect DESTROY_WAITED: misuse
// expect JOIN_TWICE: misuse
// expect DETACHED: misuse
// expect COND: misuse
// expect RWLOCK: misuse
// expect AFTER: misuse
// expect: proved
// message UNLOCK: holds it
// message FOREIGN: but T0 holds it
// message DESTROY_HELD: destroyed while
// message DESTROY_WAITED: destroyed while T\d+ waits
// message JOIN_TWICE: joined twice
// message DETACHED: detached
// message COND: does not hold
// message RWLOCK: does not hold
// message AFTER: after it was destroyed
#include <mutex>
#include <pthread.h>

pthread_mutex_t m;
pthread_cond_t c = PTHREAD_COND_INITIALIZER;
pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
bool go = false;

void* work(void*) {
#ifdef FOREIGN
  pthread_mutex_unlock(&m);
#else
  pthread_mutex_lock(&m);
  while (!go) pthread_cond_wait(&c, &m);
  pthread_mutex_unlock(&m);
#endif
  return nullptr;
}

int main() {
  pthread_mutex_init(&m, nullptr);
  pthread_t t;
  pthread_mutex_lock(&m);
  pthread_create(&t, nullptr, work, nullptr);
#ifdef FOREIGN
  pthread_join(t, nullptr);
#endif
#ifdef DESTROY_HELD
  pthread_mutex_destroy(&m);
#endif
#ifdef COND
  pthread_mutex_unlock(&m);
  pthread_cond_wait(&c, &m);
#endif
#ifdef DESTROY_WAITED
  pthread_mutex_unlock(&m);  // the other may begin to wait here
  pthread_mutex_lock(&m);
#endif
  go = true;
#ifdef DESTROY_WAITED
  pthread_cond_destroy(&c);
#else
  pthread_cond_broadcast(&c);
#endif
  pthread_mutex_unlock(&m);
#ifdef UNLOCK
  pthread_mutex_unlock(&m);
#endif
#ifdef DETACHED
  pthread_detach(t);
#endif
  pthread_join(t, nullptr);
#ifdef JOIN_TWICE
  pthread_join(t, nullptr);
#endif
#ifdef RWLOCK
  pthread_rwlock_unlock(&l);
#endif
  pthread_mutex_destroy(&m);
#ifdef AFTER
  pthread_mutex_lock(&m);
#endif
}
