// process: two writers, one reader; what is read orders what its writer did before, and nothing else.
// expect BUG: data-race
// expect: proved
// outcomes: 2
// message BUG: data race on
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>

struct Shared {
  long values[2];
};

int main() {
  auto* shared = static_cast<Shared*>(
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  int ends[2];
  if (pipe(ends) != 0) return 1;
  for (char child = 0; child < 2; ++child) {
    if (fork() != 0) continue;
    shared->values[child] = child + 1;
    _exit(write(ends[1], &child, 1) == 1 ? 0 : 1);
  }
  char first = 0;
  if (read(ends[0], &first, 1) != 1) return 1;
#ifdef BUG
  std::printf("%ld\n", shared->values[1 - first]);
#else
  std::printf("%ld\n", shared->values[first]);
#endif
  while (wait(nullptr) > 0) {
  }
  return 0;
}
