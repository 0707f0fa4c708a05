// process: fork copies what another thread writes at that time, and locks that it holds.
// expect RACE: data-race
// expect LOCKED: deadlock
// expect WRITES: proved
// expect: proved
// message RACE: data race on value
#include <sys/wait.h>
#include <unistd.h>
#include <mutex>
#include <thread>

std::mutex lock;
int value = 0;

int main() {
  std::thread writer([] {
    { const std::lock_guard guard(lock); }
#if defined(RACE) || defined(WRITES)
    value = 1;  // after all that others can see of this thread
#else
    const std::lock_guard guard(lock);
    value = 1;
#endif
  });
#if !defined(RACE) && !defined(LOCKED) && !defined(WRITES)
  writer.join();
#endif
  const pid_t child = fork();
  if (child == 0) {
#if defined(RACE)
    _exit(value);
#elif defined(WRITES)
    value = 2;  // its own copy: whatever fork copied is gone
    _exit(value == 2 ? 0 : 1);
#else
    const std::lock_guard guard(lock);
    _exit(value == 1 ? 0 : 1);
#endif
  }
  int status = 0;
  waitpid(child, &status, 0);
#if defined(RACE) || defined(LOCKED) || defined(WRITES)
  writer.join();
#endif
  return status;
}
