// unsupported: a second process is out of Selvage's hands.
// expect BUG: unsupported
// expect: proved
// message BUG: fork
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

int main() {
  std::thread t([] {});
  t.join();
#ifdef BUG
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
#endif
}
