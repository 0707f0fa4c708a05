// process: a counter in shared memory, counted up by two processes.
// expect BUG: data-race
// expect: proved
// outcomes: 1
// message BUG: data race on .* by T1 and .* by T2
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>

struct Shared {
  pthread_mutex_t lock;
  int count;
};

int main() {
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  auto* shared = static_cast<Shared*>(memory);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&shared->lock, &attributes);
  for (int child = 0; child < 2; ++child) {
    if (fork() != 0) continue;
    for (int i = 0; i < 2; ++i) {
#ifndef BUG
      pthread_mutex_lock(&shared->lock);
#endif
      ++shared->count;
#ifndef BUG
      pthread_mutex_unlock(&shared->lock);
#endif
    }
    _exit(0);
  }
  while (wait(nullptr) > 0) {
  }
  std::printf("%d\n", shared->count);
  return 0;
}
