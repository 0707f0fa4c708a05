// unsupported: another program is out of Selvage's hands.
// expect BUG: unsupported
// expect: proved
// message BUG: posix_spawn
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

int main() {
  std::thread t([] {});
  t.join();
#ifdef BUG
  pid_t child = 0;
  char name[] = "true";
  char* words[] = {name, nullptr};
  posix_spawn(&child, "/bin/true", nullptr, nullptr, words, nullptr);
  waitpid(child, nullptr, 0);
#endif
}
