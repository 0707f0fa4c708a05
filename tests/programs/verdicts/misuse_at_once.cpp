// misuse: two threads do at the same time what only one may.
// expect JOIN: misuse
// expect DETACH: misuse
// expect COND: misuse
// expect: proved
// message JOIN: T1 is joined twice
// message DETACH: join of T1, which is detached
// message COND: waits on it with mutex
#include <pthread.h>

pthread_mutex_t m1 = PTHREAD_MUTEX_INITIALIZER, m2 = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t c = PTHREAD_COND_INITIALIZER;
pthread_t first;
bool go[2] = {false, false};

void* nothing(void*) { return nullptr; }

void* join(void*) {
  pthread_join(first, nullptr);
  return nullptr;
}

void wait(pthread_mutex_t* m, const bool& until) {
  pthread_mutex_lock(m);
  while (!until) pthread_cond_wait(&c, m);
  pthread_mutex_unlock(m);
}
void* wait_here(void*) {
  wait(&m1, go[0]);
  return nullptr;
}
void* wait_there(void*) {
#ifdef COND
  wait(&m2, go[1]);
#else
  wait(&m1, go[0]);
#endif
  return nullptr;
}

int main() {
  pthread_t a, b;
  pthread_create(&first, nullptr, nothing, nullptr);
  pthread_create(&a, nullptr, join, nullptr);
#if defined JOIN
  pthread_create(&b, nullptr, join, nullptr);
  pthread_join(b, nullptr);
#elif defined DETACH
  pthread_detach(first);
#endif
  pthread_join(a, nullptr);

  pthread_create(&a, nullptr, wait_here, nullptr);
  pthread_create(&b, nullptr, wait_there, nullptr);
  pthread_mutex_lock(&m1);
  go[0] = true;
  pthread_mutex_unlock(&m1);
  pthread_mutex_lock(&m2);
  go[1] = true;
  pthread_mutex_unlock(&m2);
  pthread_cond_broadcast(&c);
  pthread_join(a, nullptr);
  pthread_join(b, nullptr);
}
