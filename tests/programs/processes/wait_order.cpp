// process: either child may be the first to end.
// expect: proved
// outcomes: 2
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>

int main() {
  for (int child = 1; child <= 2; ++child) {
    if (fork() == 0) _exit(child);
  }
  int first = 0, second = 0;
  wait(&first);
  wait(&second);
  std::printf("%d %d\n", WEXITSTATUS(first), WEXITSTATUS(second));
  return wait(nullptr) == -1 ? 0 : 1;
}
