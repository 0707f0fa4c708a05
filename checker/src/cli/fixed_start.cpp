#include "fixed_start.hpp"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "exit_status.hpp"

namespace selvage::cli {
namespace {

constexpr std::size_t kRandomBytes = 16;  // at AT_RANDOM

[[noreturn]] void fail(const std::string& what) {
  throw Refused(fmt::format("--checkpoint and --resume need to trace the program while it starts: {}: {}",
                            what, std::strerror(errno)));
}

/// Bytes like random ones, in that no two words are the same and none looks like an address.
std::vector<unsigned char> made_up(std::size_t size) {
  std::vector<unsigned char> bytes(size);
  std::uint64_t state = 0x53656c7661676531;
  for (unsigned char& byte : bytes) {
    state = state * 6364136223846793005 + 1442695040888963407;
    byte = static_cast<unsigned char>(state >> 56);
  }
  return bytes;
}

void put(pid_t child, std::uint64_t address, std::size_t size) {
  std::vector<unsigned char> bytes = made_up(size);
  iovec from{bytes.data(), size}, to{reinterpret_cast<void*>(address), size};
  if (::process_vm_writev(child, &from, 1, &to, 1, 0) != static_cast<ssize_t>(size))
    fail("cannot write its memory");
}

std::uint64_t address_of_random_bytes(pid_t child) {
  std::ifstream file(fmt::format("/proc/{}/auxv", child), std::ios::binary);
  Elf64_auxv_t entry{};
  while (file.read(reinterpret_cast<char*>(&entry), sizeof entry)) {
    if (entry.a_type == AT_RANDOM) return entry.a_un.a_val;
  }
  errno = ENOENT;
  fail("cannot find what the kernel has told it");
}

/// After a system call.
void answer(pid_t child) {
  user_regs_struct registers{};
  if (::ptrace(PTRACE_GETREGS, child, nullptr, &registers) != 0) fail("cannot see its system calls");
  const auto result = static_cast<long long>(registers.rax);
  if (registers.orig_rax == SYS_getrandom && result > 0)
    put(child, registers.rdi, static_cast<std::size_t>(result));
}

/// Waits until the child stops; the signal, or -1 where it has ended.
int next_stop(pid_t child, const std::function<bool()>& give_up) {
  for (;;) {
    int status = 0;
    siginfo_t info{};
    // The child's end is left for the caller to wait for.
    if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WSTOPPED | WNOWAIT) != 0) {
      if (errno != EINTR) return -1;
      if (give_up()) ::kill(child, SIGKILL);
      continue;
    }
    if (info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED) return -1;
    if (::waitpid(child, &status, __WALL) != child || !WIFSTOPPED(status)) return -1;
    return WSTOPSIG(status);
  }
}

}  // namespace

bool ask_for_fixed_start() {
  const int current = ::personality(0xffffffff);
  if (current == -1 || (current & ADDR_NO_RANDOMIZE) == 0) return false;
  return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0;
}

void give_fixed_start(pid_t child, const std::function<bool()>& under_control,
                      const std::function<bool()>& give_up) {
  constexpr int kSystemCall = SIGTRAP | 0x80;
  if (next_stop(child, give_up) != SIGTRAP) return;
  if (::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0)
    fail("cannot trace it");
  put(child, address_of_random_bytes(child), kRandomBytes);
  bool entered = false;  // stops are at the beginnings and ends of calls in turn
  long signal = 0;
  while (!under_control()) {
    if (::ptrace(PTRACE_SYSCALL, child, nullptr, signal) != 0) return;  // it was killed
    const int stop = next_stop(child, give_up);
    if (stop < 0) return;
    signal = stop == kSystemCall || stop == SIGTRAP ? 0 : stop;
    if (stop == SIGTRAP)
      put(child, address_of_random_bytes(child), kRandomBytes);  // it has started itself anew
    if (stop != kSystemCall) continue;
    entered = !entered;
    if (!entered) answer(child);
  }
  ::ptrace(PTRACE_DETACH, child, nullptr, signal);
}

}  // namespace selvage::cli
