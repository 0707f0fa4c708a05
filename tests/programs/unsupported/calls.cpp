// Makes the call that its argument names, in a thread. Without an argument, none.
#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <random>
#include <sanitizer/tsan_interface.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;
static char buffer[16];
static void handler(int) {}

struct Call {
  const char* name;
  void (*make)();
};
static char word[] = "true";
static char* words[] = {word, nullptr};

// Each name is what the message must contain.
static const Call calls[] = {
    {"execv", [] { execv("/bin/true", words); }},
    {"execlp", [] { execlp("true", "true", nullptr); }},
    {"system", [] { buffer[0] = static_cast<char>(std::system("true")); }},
    {"popen", [] { popen("true", "r"); }},
    {"posix_spawn", [] { pid_t p; posix_spawn(&p, "/bin/true", nullptr, nullptr, words, environ); }},
    {"waitpid() for a process group", [] { waitpid(-5, nullptr, 0); }},
    {"wait4", [] { rusage u; wait4(-1, nullptr, 0, &u); }},
    {"vfork", [] { if (vfork() == 0) _exit(0); }},
    {"kill", [] { kill(getpid(), 0); }},
    {"raise", [] { raise(SIGCHLD); }},
    {"signal", [] { signal(SIGUSR1, handler); }},
    {"sigaction", [] { struct sigaction a{}; a.sa_handler = handler; sigaction(SIGUSR1, &a, nullptr); }},
    {"sigwait", [] { sigset_t s; int n; sigemptyset(&s); sigwait(&s, &n); }},
    {"pthread_sigmask", [] { pthread_sigmask(SIG_BLOCK, nullptr, nullptr); }},
    {"pthread_kill", [] { pthread_kill(pthread_self(), 0); }},
    {"pthread_cancel", [] { pthread_cancel(pthread_self()); }},
    {"alarm", [] { alarm(1); }},
    {"setitimer", [] { itimerval v{}; setitimer(ITIMER_REAL, &v, nullptr); }},
    {"timer_create", [] { timer_t t; timer_create(CLOCK_REALTIME, nullptr, &t); }},
    {"pause", [] { pause(); }},
    {"read", [] { buffer[0] = static_cast<char>(read(0, buffer, 1)); }},
    {"recv", [] { recv(0, buffer, 1, 0); }},
    {"accept", [] { accept(0, nullptr, nullptr); }},
    {"connect", [] { sockaddr_in a{}; connect(0, reinterpret_cast<sockaddr*>(&a), sizeof a); }},
    {"socket", [] { socket(AF_UNIX, SOCK_STREAM, 0); }},
    {"poll", [] { poll(nullptr, 0, -1); }},
    {"select", [] { select(0, nullptr, nullptr, nullptr, nullptr); }},
    {"epoll_create1", [] { epoll_create1(0); }},
    {"eventfd", [] { eventfd(0, 0); }},
    {"inotify_init", [] { inotify_init(); }},
    {"getc", [] { char c; std::cin >> c; }},
    {"fgets", [] { buffer[0] = std::fgets(buffer, 2, stdin) != nullptr; }},
    {"scanf", [] { int n; buffer[0] = static_cast<char>(std::scanf("%d", &n)); }},
    {"fopen", [] { std::ifstream file("/etc/passwd"); }},
    {"open", [] { buffer[0] = static_cast<char>(open("/etc/passwd", O_RDONLY)); }},
    {"opendir", [] { opendir("/"); }},
    {"mmap", [] { mmap(nullptr, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0); }},
    {"shm_open", [] { shm_open("/selvage-test", O_RDONLY, 0); }},
    {"dlopen", [] { dlopen("libm.so.6", RTLD_NOW); }},
    {"getrandom", [] { buffer[0] = static_cast<char>(getrandom(buffer, 1, 0)); }},
    {"random_device", [] { std::random_device d; buffer[0] = static_cast<char>(d()); }},
    {"pipe2() with unusual flags", [] { int ends[2]; buffer[0] = static_cast<char>(pipe2(ends, O_DIRECT)); }},
    {"socketpair", [] { int ends[2]; socketpair(AF_UNIX, SOCK_DGRAM, 0, ends); }},
    {"close", [] { close(1); }},
    {"fcntl", [] { fcntl(1, F_GETFL); }},
    {"munmap", [] { munmap(buffer, 4096); }},
    {"ftruncate", [] { buffer[0] = static_cast<char>(ftruncate(1, 0)); }},
    {"futex operation", [] { static int w; syscall(SYS_futex, &w, FUTEX_LOCK_PI, 0, nullptr); }},
    {"membarrier", [] { syscall(SYS_membarrier, 0, 0, 0); }},
    {"__tsan_get_current_fiber", [] { buffer[0] = __tsan_get_current_fiber() != nullptr; }},
    {"__tsan_create_fiber", [] { buffer[0] = __tsan_create_fiber(0) != nullptr; }},
    {"__tsan_switch_to_fiber", [] { __tsan_switch_to_fiber(nullptr, 0); }},
    {"__tsan_destroy_fiber", [] { __tsan_destroy_fiber(nullptr); }},
    // No door: the filter of system calls.
    {"mkdir", [] { mkdir("/tmp/selvage-test-mkdir", 0700); }},
    {"unlink", [] { unlink("/tmp/selvage-test-unlink"); }},
    {"newfstatat", [] { struct stat s; buffer[0] = static_cast<char>(stat("/tmp", &s)); }},
    {"dup", [] { buffer[0] = static_cast<char>(dup(1)); }},
    {"system call pipe2", [] {
       static int ends[2];
       long result;
       asm volatile("syscall" : "=a"(result) : "a"(SYS_pipe2), "D"(ends), "S"(0) : "rcx", "r11", "memory");
     }},
};

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
    for (const Call& call : calls) std::puts(call.name);
    return 0;
  }
  int made = 0;
  std::thread t([&] {
    for (const Call& call : calls) {
      if (argc != 2 || std::strcmp(call.name, argv[1]) != 0) continue;
      call.make();
      ++made;
    }
  });
  t.join();
  return made + 1 - argc;
}
