// process: two locks in shared memory that two processes take in opposite orders.
// expect BUG: deadlock
// expect: proved
// message BUG: cycle T
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct Shared {
  pthread_mutex_t a, b;
  int value;
};

static void both(Shared* shared, pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  ++shared->value;
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

int main() {
  auto* shared = static_cast<Shared*>(
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&shared->a, &attributes);
  pthread_mutex_init(&shared->b, &attributes);
  const pid_t child = fork();
  if (child == 0) {
#ifdef BUG
    both(shared, &shared->b, &shared->a);
#else
    both(shared, &shared->a, &shared->b);
#endif
    _exit(0);
  }
  both(shared, &shared->a, &shared->b);
  waitpid(child, nullptr, 0);
  return shared->value == 2 ? 0 : 1;
}
