// process: what a child writes to its own memory nobody else sees, whatever memory it is.
// expect: proved
// outcomes: 1
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <string>

int global = 1;
thread_local int local = 1;

int main() {
  int stack = 1;
  int* heap = new int(1);
  std::string text = "a text that is too long to be inside of its own string";
  const pid_t child = fork();
  if (child == 0) {
    global += 1;
    local += 1;
    stack += 1;
    *heap += 1;
    text += '!';
    int* more = new int(7);
    const bool right =
        global == 2 && local == 2 && stack == 2 && *heap == 2 && text.back() == '!' && *more == 7;
    delete heap;
    _exit(right ? 3 : 4);
  }
  global += 10;
  *heap += 10;
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 3) return 1;
  if (global != 11 || local != 1 || stack != 1 || *heap != 11 || text.back() != 'g') return 2;
  delete heap;
  std::puts("nothing has changed");
  return 0;
}
