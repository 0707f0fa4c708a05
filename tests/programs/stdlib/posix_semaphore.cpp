// POSIX semaphores: wait, trywait, timedwait, post.
// expect: proved
// expect BUG: data-race
#include <cassert>
#include <cerrno>
#include <ctime>
#include <pthread.h>
#include <semaphore.h>

sem_t filled, room;
int slot = 0;

void* produce(void*) {
  sem_wait(&room);
  slot = 9;
  sem_post(&filled);
  return nullptr;
}

int main() {
  sem_init(&filled, 0, 0);
  sem_init(&room, 0, 1);
  pthread_t t;
  pthread_create(&t, nullptr, produce, nullptr);
  timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 1;
  if (sem_timedwait(&filled, &until) != 0) {
    assert(errno == ETIMEDOUT);
#ifndef BUG
    sem_wait(&filled);
#endif
  }
  assert(slot == 9 || slot == 0);
  assert(sem_trywait(&filled) == -1 || slot == 0);
  pthread_join(t, nullptr);
  int value = -1;
  sem_getvalue(&room, &value);
  assert(value == 0);
  sem_destroy(&filled);
  sem_destroy(&room);
}
