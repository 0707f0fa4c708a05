// System calls that the runtime makes for itself.
//
// They are made from libselvage's own text and touch neither errno nor libc: the system call filter tells
// the runtime's calls from the program's by the address of the instruction.
#pragma once

namespace selvage::machine {

inline long raw_syscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

/// Where fatal() and the watchdog speak while the program's stderr is captured.
void set_error_fd(int fd);

}  // namespace selvage::machine
