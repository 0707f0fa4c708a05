// Doors that nobody goes through: calls that could block, communicate or start something outside the
// control of the search. While the program is explored they end the execution with the verdict
// `unsupported`, named; otherwise they are what they always were. What finds another way into the kernel
// meets machine/syscall_filter.cpp.
//
// Each door is two instructions and a jump, so that it fits every signature, also variadic ones.
#include <dlfcn.h>
#include <signal.h>
#include <string.h>

#include <cstddef>
#include <string>

#include "abi/export.hpp"
#include "abi/real.hpp"
#include "machine/machine.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored \
    "-Winvalid-offsetof"  // Machine is no standard-layout class, but both compilers know
static_assert(offsetof(Machine, in_program) == 0, "the doors below read the machine's first byte");
#pragma GCC diagnostic pop

extern "C" {

__attribute__((visibility("hidden"), noreturn, used)) void selvage_refuse(const char* name) {
  g.in_program = false;
  unsupported((std::string(name) + "()").c_str());
}

__attribute__((visibility("hidden"), used)) void* selvage_find_real(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) fatal(name);
  return found;
}

// r10: where the real function's address is kept, r11: its name. Jumps to it with the caller's arguments.
__attribute__((visibility("hidden"), naked, used)) void selvage_go_to_real() {
  asm("pushq %rbp\n\tmovq %rsp, %rbp\n\t"
      "pushq %rdi\n\tpushq %rsi\n\tpushq %rdx\n\tpushq %rcx\n\tpushq %r8\n\tpushq %r9\n\tpushq %rax\n\tpushq "
      "%r10\n\t"
      "movq %r11, %rdi\n\tcall selvage_find_real\n\tmovq %rax, %r11\n\t"
      "popq %r10\n\tmovq %r11, (%r10)\n\t"
      "popq %rax\n\tpopq %r9\n\tpopq %r8\n\tpopq %rcx\n\tpopq %rdx\n\tpopq %rsi\n\tpopq %rdi\n\tpopq %rbp\n\t"
      "jmp *%r11");
}
}

#define SELVAGE_REFUSE_SYMBOL(ID, SYMBOL, NAME)                                                     \
  extern "C" __attribute__((visibility("default"), naked)) void selvage_refuses_##ID() asm(SYMBOL); \
  extern "C" void selvage_refuses_##ID() {                                                          \
    asm("cmpb $0, _ZN7selvage7machine1gE(%rip)\n\t"                                                 \
        "jne 1f\n\t"                                                                                \
        "movq 2f(%rip), %r11\n\t"                                                                   \
        "testq %r11, %r11\n\t"                                                                      \
        "jz 3f\n\t"                                                                                 \
        "jmp *%r11\n"                                                                               \
        "1:\tleaq 4f(%rip), %rdi\n\t"                                                               \
        "jmp selvage_refuse\n"                                                                      \
        "3:\tleaq 2f(%rip), %r10\n\t"                                                               \
        "leaq 5f(%rip), %r11\n\t"                                                                   \
        "jmp selvage_go_to_real\n\t"                                                                \
        ".pushsection .bss\n\t.balign 8\n2:\t.zero 8\n\t.popsection\n\t"                            \
        ".pushsection .rodata\n4:\t.asciz \"" NAME "\"\n5:\t.asciz \"" SYMBOL "\"\n\t.popsection"); \
  }
#define SELVAGE_REFUSE(NAME) SELVAGE_REFUSE_SYMBOL(NAME, #NAME, #NAME)

// Processes.
SELVAGE_REFUSE(at_quick_exit)
SELVAGE_REFUSE(vfork)
SELVAGE_REFUSE_SYMBOL(register_atfork, "__register_atfork", "pthread_atfork")
SELVAGE_REFUSE(clone)
SELVAGE_REFUSE(execve)
SELVAGE_REFUSE(execv)
SELVAGE_REFUSE(execvp)
SELVAGE_REFUSE(execvpe)
SELVAGE_REFUSE(execl)
SELVAGE_REFUSE(execlp)
SELVAGE_REFUSE(execle)
SELVAGE_REFUSE(fexecve)
SELVAGE_REFUSE(system)
SELVAGE_REFUSE(popen)
SELVAGE_REFUSE(posix_spawn)
SELVAGE_REFUSE(posix_spawnp)
SELVAGE_REFUSE(wait3)
SELVAGE_REFUSE(waitid)
// Signals and timers.
SELVAGE_REFUSE(kill)
SELVAGE_REFUSE(killpg)
SELVAGE_REFUSE(tgkill)
SELVAGE_REFUSE(pthread_kill)
SELVAGE_REFUSE(pthread_sigqueue)
SELVAGE_REFUSE(sigqueue)
SELVAGE_REFUSE(signal)
SELVAGE_REFUSE(__sysv_signal)
SELVAGE_REFUSE(sigset)
SELVAGE_REFUSE(sigaction)
SELVAGE_REFUSE(sigwait)
SELVAGE_REFUSE(sigwaitinfo)
SELVAGE_REFUSE(sigtimedwait)
SELVAGE_REFUSE(sigsuspend)
SELVAGE_REFUSE(sigaltstack)
SELVAGE_REFUSE(signalfd)
SELVAGE_REFUSE(sigprocmask)
SELVAGE_REFUSE(pthread_sigmask)
SELVAGE_REFUSE(alarm)
SELVAGE_REFUSE(ualarm)
SELVAGE_REFUSE(setitimer)
SELVAGE_REFUSE(timer_create)
SELVAGE_REFUSE(timerfd_create)
SELVAGE_REFUSE(pause)
SELVAGE_REFUSE(pthread_cancel)
// Waiting for input, and talking to others.
SELVAGE_REFUSE(pread)
SELVAGE_REFUSE(pread64)
SELVAGE_REFUSE(readv)
SELVAGE_REFUSE(__read_chk)
SELVAGE_REFUSE(recv)
SELVAGE_REFUSE(recvfrom)
SELVAGE_REFUSE(recvmsg)
SELVAGE_REFUSE(send)
SELVAGE_REFUSE(sendto)
SELVAGE_REFUSE(sendmsg)
SELVAGE_REFUSE(socket)
SELVAGE_REFUSE(accept)
SELVAGE_REFUSE(accept4)
SELVAGE_REFUSE(connect)
SELVAGE_REFUSE(ppoll)
SELVAGE_REFUSE(select)
SELVAGE_REFUSE(pselect)
SELVAGE_REFUSE(epoll_create)
SELVAGE_REFUSE(epoll_create1)
SELVAGE_REFUSE(epoll_wait)
SELVAGE_REFUSE(eventfd)
SELVAGE_REFUSE(inotify_init)
SELVAGE_REFUSE(inotify_init1)
SELVAGE_REFUSE(fgetc)
SELVAGE_REFUSE(getc)
SELVAGE_REFUSE(getc_unlocked)
SELVAGE_REFUSE(getchar)
SELVAGE_REFUSE(getchar_unlocked)
SELVAGE_REFUSE(__uflow)
SELVAGE_REFUSE(fgets)
SELVAGE_REFUSE(__fgets_chk)
SELVAGE_REFUSE(fread)
SELVAGE_REFUSE(fread_unlocked)
SELVAGE_REFUSE(getline)
SELVAGE_REFUSE(getdelim)
SELVAGE_REFUSE(__getdelim)
SELVAGE_REFUSE(scanf)
SELVAGE_REFUSE(fscanf)
SELVAGE_REFUSE(vscanf)
SELVAGE_REFUSE(vfscanf)
SELVAGE_REFUSE(__isoc99_scanf)
SELVAGE_REFUSE(__isoc99_fscanf)
SELVAGE_REFUSE(__isoc99_vscanf)
SELVAGE_REFUSE(__isoc99_vfscanf)
SELVAGE_REFUSE(fgetwc)
SELVAGE_REFUSE(getwc)
SELVAGE_REFUSE(getwchar)
SELVAGE_REFUSE(fgetws)
// Files and memory shared with others outlive an execution.
SELVAGE_REFUSE(open)
SELVAGE_REFUSE(open64)
SELVAGE_REFUSE(openat)
SELVAGE_REFUSE(openat64)
SELVAGE_REFUSE(creat)
SELVAGE_REFUSE(fopen)
SELVAGE_REFUSE(fopen64)
SELVAGE_REFUSE(freopen)
SELVAGE_REFUSE(freopen64)
SELVAGE_REFUSE(fdopen)
SELVAGE_REFUSE(tmpfile)
SELVAGE_REFUSE(tmpfile64)
SELVAGE_REFUSE(mkstemp)
SELVAGE_REFUSE(opendir)
SELVAGE_REFUSE(flock)
SELVAGE_REFUSE(lockf)
SELVAGE_REFUSE(mremap)
SELVAGE_REFUSE(shmget)
SELVAGE_REFUSE(shmat)
SELVAGE_REFUSE(semget)
SELVAGE_REFUSE(semop)
SELVAGE_REFUSE(msgget)
SELVAGE_REFUSE(mq_open)
SELVAGE_REFUSE(dlopen)
SELVAGE_REFUSE(dlmopen)
// Contexts of the program's own would leave the fiber that the machine knows.
SELVAGE_REFUSE(makecontext)
SELVAGE_REFUSE(swapcontext)
SELVAGE_REFUSE(setcontext)
// What differs from run to run cannot be replayed.
SELVAGE_REFUSE(sched_getcpu)
SELVAGE_REFUSE(getcpu)
SELVAGE_REFUSE(getrandom)
SELVAGE_REFUSE(getentropy)
SELVAGE_REFUSE(arc4random)
SELVAGE_REFUSE(arc4random_buf)
SELVAGE_REFUSE(arc4random_uniform)
SELVAGE_REFUSE_SYMBOL(random_device_init,
                      "_ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
                      "std::random_device")
SELVAGE_REFUSE_SYMBOL(random_device_value, "_ZNSt13random_device9_M_getvalEv", "std::random_device")

// A signal that a thread sends to itself is no communication: those that end a process are a crash.
SELVAGE_EXPORT int raise(int signal) noexcept {
  if (!g.in_program) {
    using F = int(int);
    static F* real = selvage::abi::find_real<F>("raise");
    return real(signal);
  }
  Door door;
  const char* name = sigabbrev_np(signal);
  if (name == nullptr || signal == SIGSTOP || signal == SIGTSTP || signal == SIGCHLD || signal == SIGCONT ||
      signal == SIGURG || signal == SIGWINCH || signal == SIGTTIN || signal == SIGTTOU) {
    unsupported("raise()");
  }
  violation(selvage::Verdict::crash, std::string("the program raised SIG") + name);
}
