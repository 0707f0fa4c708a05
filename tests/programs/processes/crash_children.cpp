// process: a child that may be killed anywhere; its parent gets a robust lock and mends what it finds.
// expect PLAIN: deadlock
// expect UNMENDED: assertion
// expect: proved
// outcomes: 3
// options: --crash-children
// message PLAIN: T0 waits for .* held by T1
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cassert>
#include <cerrno>
#include <cstdio>

struct Shared {
  pthread_mutex_t lock;
  int from, to;  // together 10, but while somebody holds the lock
};

static void transfer(Shared* shared) {
  if (pthread_mutex_lock(&shared->lock) == EOWNERDEAD) {
#ifndef UNMENDED
    shared->from = 10 - shared->to;
#endif
    pthread_mutex_consistent(&shared->lock);
  }
  assert(shared->from + shared->to == 10);
  ++shared->to;
  --shared->from;
  pthread_mutex_unlock(&shared->lock);
}

int main() {
  auto* shared = static_cast<Shared*>(
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  shared->from = 10;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
#ifndef PLAIN
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
#endif
  pthread_mutex_init(&shared->lock, &attributes);
  const pid_t child = fork();
  if (child == 0) {
    transfer(shared);
    _exit(0);
  }
  transfer(shared);
  int status = 0;
  waitpid(child, &status, 0);
  std::printf("%s %d\n", WIFSIGNALED(status) ? "killed" : "ended", shared->to);
  return 0;
}
