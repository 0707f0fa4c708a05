// process: questions and answers over a pair of sockets.
// expect: proved
// outcomes: 1
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>

int main() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    int number = 0;
    while (read(ends[1], &number, sizeof number) == sizeof number) {
      number *= number;
      if (write(ends[1], &number, sizeof number) != sizeof number) _exit(1);
    }
    _exit(0);
  }
  close(ends[1]);
  int sum = 0;
  for (int i = 1; i <= 3; ++i) {
    int number = i;
    if (write(ends[0], &number, sizeof number) != sizeof number) return 1;
    if (read(ends[0], &number, sizeof number) != sizeof number) return 1;
    sum += number;
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  std::printf("%d\n", sum);
  return status;
}
