// process: what goes through pipes.
// expect KEPT: deadlock
// expect NOBODY: crash
// expect: proved
// outcomes: 1
// message KEPT: waits for something to read in a pipe
// message NOBODY: SIGPIPE
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>
#include <cstring>

int main() {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    const char* words[] = {"one ", "two ", "three"};
    for (const char* word : words) {
      if (write(ends[1], word, std::strlen(word)) < 0) _exit(1);
    }
    _exit(0);
  }
#ifdef NOBODY
  close(ends[0]);
#else
#ifndef KEPT
  close(ends[1]);
#endif
  char text[32] = {};
  std::size_t length = 0;
  for (;;) {
    const ssize_t n = read(ends[0], text + length, 8);
    if (n <= 0) break;
    length += static_cast<std::size_t>(n);
  }
  std::printf("%s\n", text);
#endif
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}
