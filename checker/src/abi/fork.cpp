// fork, wait and their relatives (machine/process.hpp).
#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/export.hpp"
#include "abi/real.hpp"
#include "machine/machine.hpp"
#include "machine/process.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine

namespace {

pid_t wait_for(pid_t pid, int* status, int options, std::uint64_t pc) {
  if ((options & ~(WNOHANG | WUNTRACED | WCONTINUED)) != 0) unsupported("waitpid() with unusual options");
  if (pid < -1) unsupported("waitpid() for a process group");
  const int wanted = pid <= 0 ? -1 : pid - kFirstPid;
  if (pid > 0 && (wanted <= 0 || wanted >= kMaxThreads)) {
    errno = ECHILD;
    return -1;
  }
  int ended = 0;
  const int reaped = wait_for_process(wanted, (options & WNOHANG) == 0, &ended, pc);
  if (reaped < 0) {
    errno = -reaped;
    return -1;
  }
  if (reaped == 0) return 0;
  if (status != nullptr) *status = ended;
  return pid_of(reaped);
}

}  // namespace

SELVAGE_EXPORT pid_t fork() noexcept {
  if (!g.in_program) return SELVAGE_REAL(fork)();
  Door door;
  const int child = fork_process(SELVAGE_CALLER);
  return child == 0 ? 0 : pid_of(child);
}
SELVAGE_EXPORT pid_t _Fork() noexcept {
  if (!g.in_program) return SELVAGE_REAL(_Fork)();
  Door door;
  const int child = fork_process(SELVAGE_CALLER);
  return child == 0 ? 0 : pid_of(child);
}

SELVAGE_EXPORT pid_t waitpid(pid_t pid, int* status, int options) {
  if (!g.in_program) return SELVAGE_REAL(waitpid)(pid, status, options);
  Door door;
  return wait_for(pid, status, options, SELVAGE_CALLER);
}
SELVAGE_EXPORT pid_t wait(int* status) {
  if (!g.in_program) return SELVAGE_REAL(wait)(status);
  Door door;
  return wait_for(-1, status, 0, SELVAGE_CALLER);
}
SELVAGE_EXPORT pid_t wait4(pid_t pid, int* status, int options, struct rusage* usage) noexcept {
  if (!g.in_program) return SELVAGE_REAL(wait4)(pid, status, options, usage);
  Door door;
  if (usage != nullptr) unsupported("wait4() with resource usage");
  return wait_for(pid, status, options, SELVAGE_CALLER);
}

// Numbers that do not change from run to run.
SELVAGE_EXPORT pid_t getpid() noexcept {
  if (!g.in_program) return SELVAGE_REAL(getpid)();
  return pid_of(g.process);
}
SELVAGE_EXPORT pid_t getppid() noexcept {
  if (!g.in_program) return SELVAGE_REAL(getppid)();
  constexpr pid_t kOutside = kFirstPid - 1, kInit = 1;
  if (!g.forked || g.process == 0) return kOutside;
  Door door;
  const int parent = own_process().parent;
  Op op;  // whether the parent has ended
  op.kind = EventKind::poll;
  op.footprint = Footprint::read;
  op.address = token_of(parent);
  op.pc = SELVAGE_CALLER;
  visible(op);
  if (auto* e = last_event()) e->address = 0;
  const auto state = process(parent).state;
  return state == Process::State::ended || state == Process::State::reaped ? kInit : pid_of(parent);
}
