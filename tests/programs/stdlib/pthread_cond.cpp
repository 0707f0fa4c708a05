// pthread condition variables, with and without time-out.
// expect: proved
// expect BUG: deadlock
#include <cassert>
#include <cerrno>
#include <pthread.h>
#include <time.h>

pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
int items = 0;

void* take(void*) {
  pthread_mutex_lock(&m);
  while (items == 0) pthread_cond_wait(&changed, &m);
  --items;
  pthread_mutex_unlock(&m);
  return nullptr;
}

int main() {
  pthread_t a, b;
  pthread_create(&a, nullptr, take, nullptr);
  pthread_create(&b, nullptr, take, nullptr);
  pthread_mutex_lock(&m);
  items = 2;
#ifdef BUG
  pthread_cond_signal(&changed);  // wakes one of two
#else
  pthread_cond_broadcast(&changed);
#endif
  timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 1;
  const int how = pthread_cond_timedwait(&changed, &m, &until);
  assert(how == 0 || how == ETIMEDOUT);
  pthread_mutex_unlock(&m);
  pthread_join(a, nullptr);
  pthread_join(b, nullptr);
  pthread_cond_destroy(&changed);
}
