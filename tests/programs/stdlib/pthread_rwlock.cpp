// pthread read-write locks: shared, exclusive, tried.
// expect: proved
// expect BUG: data-race
#include <cassert>
#include <cerrno>
#include <pthread.h>

pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
int value = 0;

void* write(void*) {
#ifdef BUG
  pthread_rwlock_rdlock(&lock);
#else
  pthread_rwlock_wrlock(&lock);
#endif
  ++value;
  pthread_rwlock_unlock(&lock);
  return nullptr;
}

int main() {
  pthread_t t;
  pthread_create(&t, nullptr, write, nullptr);
  pthread_rwlock_rdlock(&lock);
  const int seen = value;
  pthread_rwlock_unlock(&lock);
  const int error = pthread_rwlock_trywrlock(&lock);
  assert(error == 0 || error == EBUSY);
  if (error == 0) pthread_rwlock_unlock(&lock);
  pthread_join(t, nullptr);
  assert(seen <= value && value == 1);
  pthread_rwlock_destroy(&lock);
}
