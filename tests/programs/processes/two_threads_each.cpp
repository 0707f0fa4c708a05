// process: two processes with two threads each.
// expect BUG: data-race
// expect PRIVATE: data-race
// expect: proved
// outcomes: 1
// message PRIVATE: data race on own
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <new>
#include <thread>

int own = 0;  // one in each process
std::mutex lock_of_own;
#ifdef BUG
using Count = int;
#else
using Count = std::atomic<int>;
#endif

static void count(Count* count) {
  ++*count;
#ifndef PRIVATE
  const std::lock_guard guard(lock_of_own);
#endif
  ++own;
}

static int twice(Count* shared) {
  std::thread one(count, shared);
#ifdef BUG
  one.join();
#endif
  std::thread other(count, shared);
#ifndef BUG
  one.join();
#endif
  other.join();
  return own;
}

int main() {
  void* memory = mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* shared = new (memory) Count(0);
  const pid_t child = fork();
  if (child == 0) _exit(twice(shared));
  const int in_parent = twice(shared);
  int status = 0;
  waitpid(child, &status, 0);
  std::printf("%d %d %d\n", static_cast<int>(*shared), in_parent, WEXITSTATUS(status));
  return 0;
}
