#include "machine/fatal.hpp"

#include <sys/syscall.h>

#include <cstring>

#include "machine/raw_syscall.hpp"

namespace selvage::machine {

namespace {
int g_error_fd = 2;
void say(const char* text) {
  std::size_t n = 0;
  while (text[n] != 0) ++n;
  raw_syscall(SYS_write, g_error_fd, reinterpret_cast<long>(text), static_cast<long>(n));
}
}  // namespace

void set_error_fd(int fd) { g_error_fd = fd; }

void fatal(const char* what) {
  say("selvage: internal error: ");
  say(what);
  say("\n");
  raw_syscall(SYS_exit_group, 70);
  __builtin_trap();
}

}  // namespace selvage::machine
