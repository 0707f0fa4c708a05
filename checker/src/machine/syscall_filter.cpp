// A seccomp filter traps every system call that neither comes from the runtime's own text nor is known to
// be harmless. The handler of the trap tells whose call it was: of the program, which ends the execution
// as unsupported, or of a library function that the runtime itself called, which is carried out.
//
// The harmless ones are what the C library does for output to the captured streams, for starting the real
// threads whose thread-local storage fibers borrow (while all signals are blocked, so nothing there may
// trap), and what only reads facts that no execution changes.
#include "machine/syscall_filter.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "machine/cold_pages.hpp"
#include "machine/fatal.hpp"
#include "machine/machine.hpp"
#include "machine/modules.hpp"
#include "machine/raw_syscall.hpp"

namespace selvage::machine {

namespace {

struct Name {
  long number;
  const char* text;
};
#define SELVAGE_CALL(NAME) \
  { SYS_##NAME, #NAME }
constexpr Name kNames[] = {SELVAGE_CALL(read),
                           SELVAGE_CALL(write),
                           SELVAGE_CALL(open),
                           SELVAGE_CALL(openat),
                           SELVAGE_CALL(close),
                           SELVAGE_CALL(stat),
                           SELVAGE_CALL(fstat),
                           SELVAGE_CALL(lstat),
                           SELVAGE_CALL(newfstatat),
                           SELVAGE_CALL(statx),
                           SELVAGE_CALL(poll),
                           SELVAGE_CALL(ppoll),
                           SELVAGE_CALL(select),
                           SELVAGE_CALL(pselect6),
                           SELVAGE_CALL(lseek),
                           SELVAGE_CALL(mmap),
                           SELVAGE_CALL(munmap),
                           SELVAGE_CALL(mremap),
                           SELVAGE_CALL(mprotect),
                           SELVAGE_CALL(brk),
                           SELVAGE_CALL(rt_sigaction),
                           SELVAGE_CALL(rt_sigprocmask),
                           SELVAGE_CALL(rt_sigsuspend),
                           SELVAGE_CALL(rt_sigtimedwait),
                           SELVAGE_CALL(rt_sigqueueinfo),
                           SELVAGE_CALL(rt_sigpending),
                           SELVAGE_CALL(sigaltstack),
                           SELVAGE_CALL(ioctl),
                           SELVAGE_CALL(pread64),
                           SELVAGE_CALL(pwrite64),
                           SELVAGE_CALL(readv),
                           SELVAGE_CALL(writev),
                           SELVAGE_CALL(access),
                           SELVAGE_CALL(faccessat),
                           SELVAGE_CALL(pipe),
                           SELVAGE_CALL(pipe2),
                           SELVAGE_CALL(sched_yield),
                           SELVAGE_CALL(shmget),
                           SELVAGE_CALL(shmat),
                           SELVAGE_CALL(shmctl),
                           SELVAGE_CALL(dup),
                           SELVAGE_CALL(dup2),
                           SELVAGE_CALL(dup3),
                           SELVAGE_CALL(pause),
                           SELVAGE_CALL(nanosleep),
                           SELVAGE_CALL(clock_nanosleep),
                           SELVAGE_CALL(getitimer),
                           SELVAGE_CALL(setitimer),
                           SELVAGE_CALL(alarm),
                           SELVAGE_CALL(getpid),
                           SELVAGE_CALL(sendfile),
                           SELVAGE_CALL(socket),
                           SELVAGE_CALL(connect),
                           SELVAGE_CALL(accept),
                           SELVAGE_CALL(accept4),
                           SELVAGE_CALL(sendto),
                           SELVAGE_CALL(recvfrom),
                           SELVAGE_CALL(sendmsg),
                           SELVAGE_CALL(recvmsg),
                           SELVAGE_CALL(shutdown),
                           SELVAGE_CALL(bind),
                           SELVAGE_CALL(listen),
                           SELVAGE_CALL(socketpair),
                           SELVAGE_CALL(clone),
                           SELVAGE_CALL(clone3),
                           SELVAGE_CALL(fork),
                           SELVAGE_CALL(vfork),
                           SELVAGE_CALL(execve),
                           SELVAGE_CALL(execveat),
                           SELVAGE_CALL(exit),
                           SELVAGE_CALL(wait4),
                           SELVAGE_CALL(waitid),
                           SELVAGE_CALL(kill),
                           SELVAGE_CALL(tkill),
                           SELVAGE_CALL(tgkill),
                           SELVAGE_CALL(semget),
                           SELVAGE_CALL(semop),
                           SELVAGE_CALL(semctl),
                           SELVAGE_CALL(msgget),
                           SELVAGE_CALL(msgsnd),
                           SELVAGE_CALL(msgrcv),
                           SELVAGE_CALL(fcntl),
                           SELVAGE_CALL(flock),
                           SELVAGE_CALL(fsync),
                           SELVAGE_CALL(fdatasync),
                           SELVAGE_CALL(truncate),
                           SELVAGE_CALL(ftruncate),
                           SELVAGE_CALL(getdents64),
                           SELVAGE_CALL(getcwd),
                           SELVAGE_CALL(chdir),
                           SELVAGE_CALL(rename),
                           SELVAGE_CALL(renameat2),
                           SELVAGE_CALL(mkdir),
                           SELVAGE_CALL(mkdirat),
                           SELVAGE_CALL(rmdir),
                           SELVAGE_CALL(creat),
                           SELVAGE_CALL(link),
                           SELVAGE_CALL(unlink),
                           SELVAGE_CALL(unlinkat),
                           SELVAGE_CALL(symlink),
                           SELVAGE_CALL(readlink),
                           SELVAGE_CALL(readlinkat),
                           SELVAGE_CALL(chmod),
                           SELVAGE_CALL(fchmod),
                           SELVAGE_CALL(umask),
                           SELVAGE_CALL(gettimeofday),
                           SELVAGE_CALL(getrlimit),
                           SELVAGE_CALL(prlimit64),
                           SELVAGE_CALL(getrusage),
                           SELVAGE_CALL(sysinfo),
                           SELVAGE_CALL(times),
                           SELVAGE_CALL(ptrace),
                           SELVAGE_CALL(setpriority),
                           SELVAGE_CALL(getpriority),
                           SELVAGE_CALL(sched_setparam),
                           SELVAGE_CALL(sched_setscheduler),
                           SELVAGE_CALL(sched_setaffinity),
                           SELVAGE_CALL(prctl),
                           SELVAGE_CALL(arch_prctl),
                           SELVAGE_CALL(mount),
                           SELVAGE_CALL(time),
                           SELVAGE_CALL(futex),
                           SELVAGE_CALL(io_setup),
                           SELVAGE_CALL(io_submit),
                           SELVAGE_CALL(io_getevents),
                           SELVAGE_CALL(epoll_create),
                           SELVAGE_CALL(epoll_create1),
                           SELVAGE_CALL(epoll_wait),
                           SELVAGE_CALL(epoll_pwait),
                           SELVAGE_CALL(epoll_ctl),
                           SELVAGE_CALL(timer_create),
                           SELVAGE_CALL(timer_settime),
                           SELVAGE_CALL(clock_gettime),
                           SELVAGE_CALL(clock_settime),
                           SELVAGE_CALL(mq_open),
                           SELVAGE_CALL(mq_timedsend),
                           SELVAGE_CALL(mq_timedreceive),
                           SELVAGE_CALL(inotify_init),
                           SELVAGE_CALL(inotify_init1),
                           SELVAGE_CALL(signalfd),
                           SELVAGE_CALL(signalfd4),
                           SELVAGE_CALL(timerfd_create),
                           SELVAGE_CALL(timerfd_settime),
                           SELVAGE_CALL(eventfd),
                           SELVAGE_CALL(eventfd2),
                           SELVAGE_CALL(fallocate),
                           SELVAGE_CALL(splice),
                           SELVAGE_CALL(tee),
                           SELVAGE_CALL(process_vm_readv),
                           SELVAGE_CALL(process_vm_writev),
                           SELVAGE_CALL(getrandom),
                           SELVAGE_CALL(memfd_create),
                           SELVAGE_CALL(membarrier),
                           SELVAGE_CALL(copy_file_range),
                           SELVAGE_CALL(io_uring_setup),
                           SELVAGE_CALL(io_uring_enter),
                           SELVAGE_CALL(pidfd_open),
                           SELVAGE_CALL(pidfd_send_signal),
                           SELVAGE_CALL(futex_waitv),
                           SELVAGE_CALL(userfaultfd)};
#undef SELVAGE_CALL

/// Harmless whatever their arguments. No blocking: the real threads that wait on futexes do so from the
/// runtime's own text, and the program's futexes go through the doors.
constexpr long kHarmless[] = {SYS_rt_sigreturn,
                              SYS_rt_sigprocmask,
                              SYS_exit_group,
                              SYS_madvise,
                              SYS_mprotect,
                              SYS_getpid,
                              SYS_gettid,
                              SYS_getppid,
                              SYS_getuid,
                              SYS_geteuid,
                              SYS_getgid,
                              SYS_getegid,
                              SYS_sched_yield,
                              SYS_set_robust_list,
                              SYS_rseq,
                              SYS_set_tid_address,
                              SYS_sched_getscheduler};

/// As harmless, but the kernel writes where an argument points to. Where that is write-protected it cannot
/// tell us by a fault: these are trapped, and made from here.
constexpr long kWriting[] = {SYS_clock_gettime, SYS_clock_getres,      SYS_uname,
                             SYS_fstat,         SYS_sched_getaffinity, SYS_sched_getparam};

/// Does it ask for the file of the time zone, as the C library does at each localtime()? It has read it before all executions
/// (prepare_libraries), and goes on with what it read where the file is the same one, or still not there.
bool asks_for_time_zone(long number, const greg_t* registers) {
  if (number != SYS_newfstatat && number != SYS_openat) return false;
  const auto* path = reinterpret_cast<const char*>(registers[REG_RSI]);
  if (static_cast<int>(registers[REG_RDI]) != AT_FDCWD || path == nullptr ||
      std::strcmp(path, "/etc/localtime") != 0)
    return false;
  return number == SYS_newfstatat || raw_syscall(SYS_access, reinterpret_cast<long>(path), F_OK) == -ENOENT;
}

/// Is it such a call? (Of the standard streams, or of a descriptor that is named alone, for the last two.)
bool only_writes(long number, const greg_t* registers) {
  if (std::find(std::begin(kWriting), std::end(kWriting), number) != std::end(kWriting)) return true;
  if (number == SYS_ioctl) return (registers[REG_RDI] & ~3) == 0;
  if (asks_for_time_zone(number, registers)) return true;
  constexpr greg_t kEmptyPath = 0x1000;  // AT_EMPTY_PATH: the call is fstat
  return number == SYS_newfstatat && (registers[REG_R10] & kEmptyPath) != 0;
}

/// Makes the pages that an argument may point to writable, as a write fault would.
bool open_pages(greg_t argument) {
  constexpr std::uint64_t kPage = 4096, kMost = 16 * kPage;
  bool any = false;
  const auto first = static_cast<std::uint64_t>(argument) & ~(kPage - 1);
  for (std::uint64_t at = first; at < first + kMost; at += kPage) {
    any = g.segments.on_write_fault(at) || any;
    any = ColdPages::on_write_fault(at) || any;
  }
  return any;
}

long call_now(long number, const greg_t* registers) {
  return raw_syscall(number, registers[REG_RDI], registers[REG_RSI], registers[REG_RDX], registers[REG_R10],
                     registers[REG_R8], registers[REG_R9]);
}

long call_that_writes(long number, const greg_t* registers) {
  const long result = call_now(number, registers);
  if (result != -EFAULT) return result;
  bool any = false;
  for (const int argument : {REG_RDI, REG_RSI, REG_RDX, REG_R10})
    any = open_pages(registers[argument]) || any;
  return any ? call_now(number, registers) : result;
}

void on_trapped_call(int /*signal*/, siginfo_t* info, void* context) {
  auto* registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  const long number = info->si_syscall;
  if (only_writes(number, registers)) {
    // Of a thread whose id the C library does not know (machine/tls.hpp).
    if ((number == SYS_sched_getaffinity || number == SYS_sched_getparam) &&
        registers[REG_RDI] >= ThreadLocals::kMadeUp)
      registers[REG_RDI] = 0;
    registers[REG_RAX] = call_that_writes(number, registers);
    return;
  }
  if (g.in_program) {
    g.in_program = false;
    unsupported(("the system call " + syscall_name(number)).c_str());
  }
  // The process has no other thread that could end the wait.
  if (number == SYS_futex && registers[REG_R10] == 0) fatal("a lock of the C library was never released");
  registers[REG_RAX] = call_now(number, registers);
}

constexpr std::uint32_t offset_of_argument(int index) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8UL * static_cast<unsigned>(index));
}

class Filter {
 public:
  void load(std::size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)); }
  void give(std::uint32_t what) { add(BPF_RET | BPF_K, what); }
  /// Goes on with the next instruction where the loaded word compares true, else skips `skip` of them.
  void unless(std::uint16_t comparison, std::uint32_t value, std::uint8_t skip) {
    code_.push_back({static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), 0, skip, value});
  }
  /// Allows a call by its number; the number is the word that is loaded, before and after.
  void allow(long number) {
    unless(BPF_JEQ, static_cast<std::uint32_t>(number), 1);
    give(SECCOMP_RET_ALLOW);
  }
  /// Allows a call whose argument (its low word) has one of `bits` set (or, `none`, has none of them).
  void allow_with(long number, int argument, std::uint32_t bits, bool none = false) {
    unless(BPF_JEQ, static_cast<std::uint32_t>(number), 4);
    load(offset_of_argument(argument));
    code_.push_back({BPF_JMP | BPF_JSET | BPF_K, static_cast<std::uint8_t>(none ? 1 : 0),
                     static_cast<std::uint8_t>(none ? 0 : 1), bits});
    give(SECCOMP_RET_ALLOW);
    load(offsetof(seccomp_data, nr));
  }
  bool install() {
    const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    raw_syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return raw_syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, reinterpret_cast<long>(&program)) == 0;
  }

 private:
  void add(std::uint16_t code, std::uint32_t value) { code_.push_back({code, 0, 0, value}); }
  std::vector<sock_filter> code_;
};

}  // namespace

std::string syscall_name(long number) {
  for (const Name& name : kNames) {
    if (name.number == number) return name.text;
  }
  return std::to_string(number);
}

void install_syscall_filter() {
  const CodeRange runtime = runtime_code();
  if (runtime.low >> 32 != (runtime.high - 1) >> 32) return;  // the comparison below is of the low words
  struct sigaction action {};
  action.sa_sigaction = on_trapped_call;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigaction(SIGSYS, &action, nullptr);

  Filter filter;
  filter.load(offsetof(seccomp_data, arch));
  filter.unless(BPF_JEQ, AUDIT_ARCH_X86_64, 1);
  filter.unless(BPF_JEQ, 0, 1);  // it is: goes on behind the next line
  filter.give(SECCOMP_RET_TRAP);
  // From the runtime's own text?
  filter.load(offsetof(seccomp_data, instruction_pointer) + 4);
  filter.unless(BPF_JEQ, static_cast<std::uint32_t>(runtime.low >> 32), 4);
  filter.load(offsetof(seccomp_data, instruction_pointer));
  filter.unless(BPF_JGE, static_cast<std::uint32_t>(runtime.low), 2);
  filter.unless(BPF_JGT, static_cast<std::uint32_t>(runtime.high), 0);
  filter.give(SECCOMP_RET_ALLOW);
  filter.load(offsetof(seccomp_data, nr));
  for (const long number : kHarmless) filter.allow(number);
  filter.allow_with(SYS_write, 0, ~3U, true);  // standard streams: descriptors 0 to 3
  filter.allow_with(SYS_writev, 0, ~3U, true);
  filter.allow_with(SYS_lseek, 0, ~3U, true);
  filter.allow_with(SYS_mmap, 3, MAP_ANONYMOUS);
  // Threads, not processes. What glibc tries first cannot be looked into; then it tries this.
  filter.allow_with(SYS_clone, 0, CLONE_THREAD);
  filter.unless(BPF_JEQ, SYS_clone3, 1);
  filter.give(SECCOMP_RET_ERRNO | 38);  // ENOSYS
  filter.give(SECCOMP_RET_TRAP);
  static_cast<void>(filter.install());
}

}  // namespace selvage::machine
