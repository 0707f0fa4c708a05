// process: a child ends with the lock in hand. A robust one is given to the next, who is told.
// expect PLAIN: deadlock
// expect FORGOTTEN: proved
// expect: proved
// outcomes: 2
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>

struct Shared {
  pthread_mutex_t lock;
  int value;
};

int main() {
  auto* shared = static_cast<Shared*>(
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
#ifndef PLAIN
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
#endif
  pthread_mutex_init(&shared->lock, &attributes);
  const pid_t child = fork();
  if (child == 0) {
    pthread_mutex_lock(&shared->lock);
    shared->value = 1;
    _exit(0);
  }
  const int error = pthread_mutex_lock(&shared->lock);
  std::printf("%s %d\n", error == EOWNERDEAD ? "dead" : "alive", shared->value);
#ifdef FORGOTTEN
  if (error == EOWNERDEAD) {
    pthread_mutex_unlock(&shared->lock);
    return pthread_mutex_lock(&shared->lock) == ENOTRECOVERABLE ? 0 : 1;
  }
#else
  if (error == EOWNERDEAD) pthread_mutex_consistent(&shared->lock);
#endif
  if (pthread_mutex_unlock(&shared->lock) != 0) return 1;
  waitpid(child, nullptr, 0);
  const int again = pthread_mutex_lock(&shared->lock);
  if (error == EOWNERDEAD ? again != 0 : again != EOWNERDEAD) return 2;
  if (again == EOWNERDEAD) pthread_mutex_consistent(&shared->lock);
  pthread_mutex_unlock(&shared->lock);
  return 0;
}
