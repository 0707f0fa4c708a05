// What a program tells ThreadSanitizer of itself. Only that something happens before something else is believed: a lock of its
// own is what its atomic operations make of it, and a race is one, whatever it is called.
// expect: proved
// expect RELAXED: data-race
// expect BENIGN: data-race
// expect UNALIGNED: data-race
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/tsan_interface.h>

#include <atomic>
#include <cassert>
#include <cstring>
#include <thread>

extern "C" {
void AnnotateRWLockCreate(const char* file, int line, const volatile void* lock);
void AnnotateRWLockDestroy(const char* file, int line, const volatile void* lock);
void AnnotateRWLockAcquired(const char* file, int line, const volatile void* lock, long is_w);
void AnnotateRWLockReleased(const char* file, int line, const volatile void* lock, long is_w);
void AnnotateHappensBefore(const char* file, int line, const volatile void* address);
void AnnotateHappensAfter(const char* file, int line, const volatile void* address);
void AnnotateBenignRaceSized(const char* file, int line, const volatile void* address, long size, const char* what);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}

#ifdef RELAXED
constexpr auto kRelease = std::memory_order_relaxed;
#else
constexpr auto kRelease = std::memory_order_release;
#endif

class SpinLock {
 public:
  SpinLock() {
    __tsan_mutex_create(this, 0);
    AnnotateRWLockCreate(__FILE__, __LINE__, this);
  }
  ~SpinLock() {
    AnnotateRWLockDestroy(__FILE__, __LINE__, this);
    __tsan_mutex_destroy(this, 0);
  }
  void lock() {
    __tsan_mutex_pre_lock(this, 0);
    while (taken_.exchange(true, std::memory_order_acquire)) {
    }
    __tsan_mutex_post_lock(this, 0, 0);
    AnnotateRWLockAcquired(__FILE__, __LINE__, this, 1);
  }
  void unlock() {
    AnnotateRWLockReleased(__FILE__, __LINE__, this, 1);
    __tsan_mutex_pre_unlock(this, 0);
    taken_.store(false, kRelease);
    __tsan_mutex_post_unlock(this, 0);
  }

 private:
  std::atomic<bool> taken_{false};
};

SpinLock lock;
int counter = 0, handed_over = 0, written_by_both = 0;
std::atomic<bool> ready{false};
char text[8];

void both() {
  lock.lock();
  ++counter;
  const auto number = __sanitizer_unaligned_load32(text + 1);
  __sanitizer_unaligned_store32(text + 1, number + 1);
  lock.unlock();
#ifdef BENIGN
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  written_by_both = 1;
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
#endif
}

int main() {
  AnnotateBenignRaceSized(__FILE__, __LINE__, &written_by_both, sizeof written_by_both, "");
  std::thread other([] {
    both();
#ifdef UNALIGNED
    __sanitizer_unaligned_store16(text + 3, 0);
#endif
    handed_over = 1;
    AnnotateHappensBefore(__FILE__, __LINE__, &ready);
    ready.store(true, std::memory_order_relaxed);
  });
  both();
  if (ready.load(std::memory_order_relaxed)) {
    AnnotateHappensAfter(__FILE__, __LINE__, &ready);
    assert(handed_over == 1);
  }
  other.join();
  assert(counter == 2);
#ifndef UNALIGNED
  int number = 0;
  std::memcpy(&number, text + 1, sizeof number);
  assert(number == 2);
#endif
}
