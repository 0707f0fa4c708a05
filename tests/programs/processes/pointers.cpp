// process: a pointer into the memory of one process is of no use in another.
// expect HEAP: crash
// expect STACK: crash
// expect LATER: crash
// expect UNMAPPED: crash
// expect FREED: use-after-free
// expect: proved
// options: --leaks ignore
// message HEAP: heap of T1 in another process
// message STACK: on the stack of T2 in another process
// message LATER: private memory of another process
// message UNMAPPED: shared memory that its process has not mapped
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <new>
#include <thread>

struct Shared {
  std::atomic<int*> pointer;
  int value;
};

int main() {
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* shared = new (memory) Shared{};
  int* early = new int(1);
#ifdef FREED
  delete early;
#endif
  const pid_t child = fork();
  if (child == 0) {
#if defined(HEAP)
    shared->pointer = new int(5);
#elif defined(STACK)
    std::thread([shared] {
      int on_stack = 5;
      shared->pointer = &on_stack;
      while (shared->pointer != nullptr) std::this_thread::yield();
    }).join();
#elif defined(LATER)
    int* from_parent = shared->pointer;
    _exit(from_parent == nullptr ? 0 : *from_parent);
#elif defined(UNMAPPED)
    munmap(memory, sizeof(Shared));
    shared->value = 1;
#else
    *early = 2;  // its own
    shared->value = *early;
    shared->pointer = &shared->value;
#endif
    _exit(0);
  }
#if defined(LATER)
  shared->pointer = new int(5);
#elif !defined(UNMAPPED)
  int* from_child = shared->pointer;
#ifdef STACK
  while (from_child == nullptr) {
    std::this_thread::yield();
    from_child = shared->pointer;
  }
#endif
  if (from_child != nullptr) *from_child = 3;
#ifdef STACK
  shared->pointer = nullptr;
#endif
#endif
  waitpid(child, nullptr, 0);
  return *early == 1 ? 0 : 1;
}
