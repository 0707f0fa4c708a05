// pthread barrier and spin lock.
// expect: proved
// expect BUG: data-race
#include <cassert>
#include <pthread.h>

pthread_barrier_t barrier;
pthread_spinlock_t spin;
int before[2], total = 0, serial = 0;

void* work(void* argument) {
  const int me = argument != nullptr;
  before[me] = 1;
#ifndef BUG
  const int how = pthread_barrier_wait(&barrier);
#else
  const int how = 0;
#endif
  pthread_spin_lock(&spin);
  total += before[0] + before[1];
  if (how == PTHREAD_BARRIER_SERIAL_THREAD) ++serial;
  pthread_spin_unlock(&spin);
  return nullptr;
}

int main() {
  pthread_barrier_init(&barrier, nullptr, 2);
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_t t;
  pthread_create(&t, nullptr, work, &total);
  work(nullptr);
  pthread_join(t, nullptr);
  assert(total == 4 && serial == 1);
  pthread_spin_destroy(&spin);
  pthread_barrier_destroy(&barrier);
}
