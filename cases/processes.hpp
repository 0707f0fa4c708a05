// What the cases with processes have in common: memory, locks and semaphores that several processes use.
#pragma once

#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <new>

namespace processes {

/// A new T in memory of this process and of all that are forked from it from now on. It stays there.
template <typename T>
T* map_shared() {
  void* memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  return new (memory) T();
}

/// A T that is in the memory of this process and of all that are forked from it while it lives.
template <typename T>
class Shared {
 public:
  Shared() : value_(map_shared<T>()) {}
  ~Shared() { munmap(value_, sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  T* operator->() const { return value_; }
  T& operator*() const { return *value_; }

 private:
  T* value_;
};

/// A lock for several processes. `robust`: where its holder has died the next to take it is told.
class Mutex {
 public:
  explicit Mutex(bool robust = false) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (robust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  int lock() { return pthread_mutex_lock(&mutex_); }
  int unlock() { return pthread_mutex_unlock(&mutex_); }
  int make_consistent() { return pthread_mutex_consistent(&mutex_); }
  pthread_mutex_t* native_handle() { return &mutex_; }

 private:
  pthread_mutex_t mutex_;
};

/// A semaphore for several processes.
class Semaphore {
 public:
  explicit Semaphore(unsigned value) { sem_init(&semaphore_, 1, value); }
  void acquire() {
    while (sem_wait(&semaphore_) != 0) {
    }
  }
  void release() { sem_post(&semaphore_); }

 private:
  sem_t semaphore_;
};

/// Runs `work` in a process of its own, which then ends.
template <typename Work>
pid_t start(Work work) {
  const pid_t child = fork();
  if (child != 0) return child;
  work();
  _exit(0);
}

/// Waits until the process has ended: its status, as waitpid has it.
inline int join(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child) std::abort();
  return status;
}

}  // namespace processes
