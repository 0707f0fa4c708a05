// process: a child dies where it says that it may; the parent sees the end of the pipe and the status.
// expect: proved
// outcomes: 2
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdio>

namespace selvage {
void __attribute__((weak)) crash_point();
}

int main() {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) {
    if (selvage::crash_point != nullptr) selvage::crash_point();
    _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
  }
  close(ends[1]);
  char c = 0;
  const ssize_t n = read(ends[0], &c, 1);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) return 2;
  std::printf("%zd %s\n", n, WIFSIGNALED(status) ? "killed" : "ended");
  return 0;
}
