#include "machine/tls.hpp"

#include <link.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/rseq.h>
#include <sys/syscall.h>

#include <atomic>
#include <cstring>

#include "machine/fatal.hpp"
#include "machine/raw_syscall.hpp"
#include "machine/runtime_heap.hpp"

extern "C" int selvage_real_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

namespace selvage::machine {

namespace {

std::atomic<std::uint32_t> g_parked{0};

std::uint64_t own_thread_pointer() {
  std::uint64_t value;
  asm("movq %%fs:0, %0" : "=r"(value));
  return value;
}

/// From now on the kernel does not note in the calling thread's block on which processor it runs: the block
/// may be write-protected (machine/cold_pages.hpp), and a debugger or SIGSTOP wakes even threads that only
/// sleep.
void leave_rseq() {
  constexpr int kBytes = 32, kUnregister = 1, kSignature = 0x53053053;
  if (__rseq_size == 0) return;
  raw_syscall(SYS_rseq, static_cast<long>(own_thread_pointer()) + __rseq_offset, kBytes, kUnregister,
              kSignature);
}

void* park(void* slot) {
  leave_rseq();
  *static_cast<std::uint64_t*>(slot) = own_thread_pointer();
  g_parked.fetch_add(1);
  raw_syscall(SYS_futex, reinterpret_cast<long>(&g_parked), FUTEX_WAKE_PRIVATE, 1);
  // Asleep until the process ends. All signals are blocked, so nothing runs on this thread again.
  static std::uint32_t never = 0;
  for (;;) raw_syscall(SYS_futex, reinterpret_cast<long>(&never), FUTEX_WAIT_PRIVATE, 0, 0);
}

int lowest_tls(dl_phdr_info* info, std::size_t size, void* data) {
  if (size < offsetof(dl_phdr_info, dlpi_tls_data) + sizeof info->dlpi_tls_data) return 0;
  auto* lowest = static_cast<std::uint64_t*>(data);
  const auto at = reinterpret_cast<std::uint64_t>(info->dlpi_tls_data);
  if (at != 0 && at < own_thread_pointer() && at < *lowest) *lowest = at;
  return 0;
}

}  // namespace

void ThreadLocals::adopt_main() {
  leave_rseq();
  pointer_[0] = own_thread_pointer();
  std::uint64_t lowest = pointer_[0];
  dl_iterate_phdr(lowest_tls, &lowest);
  // A block further away than this is not static TLS (a library opened later has its own).
  constexpr std::uint64_t kMost = 1 << 20;
  below_ = pointer_[0] - lowest;
  if (below_ > kMost) below_ = kMost;
  below_ = (below_ + 15) & ~15ULL;
  count_ = 1;
  save(0);
}

// struct pthread has it here in glibc 2.36 and those before (nptl_db tells debuggers so, too).
constexpr std::uint64_t kThreadId = 0x2d0;

bool ThreadLocals::hide_thread_ids() {
  hide_ids_ = *reinterpret_cast<const int*>(own_thread_pointer() + kThreadId) == raw_syscall(SYS_gettid);
  return hide_ids_;
}

void ThreadLocals::save(int index) {
  if (hide_ids_) *reinterpret_cast<int*>(pointer_[index] + kThreadId) = kMadeUp + index;
  saved_[index] = static_cast<unsigned char*>(runtime_heap::allocate(below_ + kAbove));
  std::memcpy(saved_[index], reinterpret_cast<void*>(low(index)), below_ + kAbove);
}

void ThreadLocals::grow(int count) {
  sigset_t all, before;
  sigfillset(&all);
  sigdelset(&all, SIGSEGV);  // how first writes to data pages are noted: to block it would be fatal
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (; count_ < count; ++count_) {
    const std::uint32_t parked = g_parked.load();
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 * 1024 + ((below_ + 4095) & ~4095ULL));
    pthread_t ignored;
    const runtime_heap::Lasting lasting;  // its thread-local storage has pointers to what is allocated
    if (selvage_real_pthread_create(&ignored, &attributes, park, &pointer_[count_]) != 0) {
      fatal("cannot start a thread to borrow its thread-local storage");
    }
    pthread_attr_destroy(&attributes);
    while (g_parked.load() == parked) {
      raw_syscall(SYS_futex, reinterpret_cast<long>(&g_parked), FUTEX_WAIT_PRIVATE, static_cast<long>(parked),
                  0);
    }
    save(count_);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

int ThreadLocals::find(std::uint64_t thread_pointer) const {
  for (int i = 0; i < count_; ++i) {
    if (pointer_[i] == thread_pointer) return i;
  }
  return -1;
}

void ThreadLocals::restore(int index) const {
  std::memcpy(reinterpret_cast<void*>(low(index)), saved_[index], below_ + kAbove);
}

}  // namespace selvage::machine
