// process: poll says which of two pipes has something, or that its time is up.
// expect: proved
// outcomes: 3
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>

int main() {
  int ends[2][2];
  for (auto& pair : ends) {
    if (pipe(pair) != 0) return 1;
  }
  for (auto& pair : ends) {
    if (fork() != 0) continue;
    _exit(write(pair[1], "x", 1) == 1 ? 0 : 1);
  }
  pollfd list[2] = {{ends[0][0], POLLIN, 0}, {ends[1][0], POLLIN, 0}};
  if (poll(list, 2, -1) < 1) return 1;
  std::printf("%d %d\n", list[0].revents & POLLIN, list[1].revents & POLLIN);
  while (wait(nullptr) > 0) {
  }
  return poll(list, 2, 0) == 2 ? 0 : 1;
}
