#include "machine/workers.hpp"

#include <errno.h>
#include <immintrin.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "machine/fatal.hpp"
#include "machine/raw_syscall.hpp"
#include "machine/signals.hpp"

namespace selvage::machine {

namespace {

/// Returns when *word is not `value` any more, or after some time. A level mostly takes less than it takes to
/// sleep.
void wait_while(const std::atomic<std::uint32_t>& word, std::uint32_t value) {
  constexpr int kSpins = 2000;
  for (int i = 0; i < kSpins; ++i) {
    if (word.load(std::memory_order_acquire) != value) return;
    _mm_pause();
  }
  const timespec most{0, 50'000'000};
  raw_syscall(SYS_futex, reinterpret_cast<long>(&word), FUTEX_WAIT, static_cast<long>(value),
              reinterpret_cast<long>(&most));
}

void wake(const std::atomic<std::uint32_t>& word) {
  raw_syscall(SYS_futex, reinterpret_cast<long>(&word), FUTEX_WAKE, 1 << 20);
}

}  // namespace

int processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const long bytes = raw_syscall(SYS_sched_getaffinity, 0, sizeof set, reinterpret_cast<long>(&set));
  return bytes > 0 ? CPU_COUNT(&set) : 1;
}

void Workers::open() {
  if (room_.data() == nullptr) room_.reserve(1, state::Sharing::shared);
}

void Workers::start(int count, const std::function<void()>& prepare, const std::function<void()>& work) {
  stop();
  open();
  room_[0].turn.store(0);
  room_[0].done.store(0);
  const long self = raw_syscall(SYS_getpid);
  for (int i = 0; i < count; ++i) {
    const long process = raw_syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (process < 0) return;  // fewer will do
    if (process == 0) {
      raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
      // Who was killed before that sends no signal any more.
      if (raw_syscall(SYS_getppid) != self) raw_syscall(SYS_exit_group, 1);
      restart_watchdog();
      processes_.clear();  // they are not this one's
      prepare();
      serve(work);
    }
    processes_.push_back(static_cast<pid_t>(process));
  }
}

void Workers::serve(const std::function<void()>& work) {
  Shared& shared = room_[0];
  for (std::uint32_t turn = 0;;) {
    while (shared.turn.load(std::memory_order_acquire) == turn) wait_while(shared.turn, turn);
    ++turn;
    work();
    shared.done.fetch_add(1, std::memory_order_acq_rel);
    wake(shared.done);
  }
}

void Workers::go() {
  if (processes_.empty()) return;
  Shared& shared = room_[0];
  shared.done.store(0, std::memory_order_relaxed);
  shared.turn.fetch_add(1, std::memory_order_release);
  wake(shared.turn);
}

void Workers::wait(const std::function<void()>& waiting) {
  if (processes_.empty()) return;
  Shared& shared = room_[0];
  for (;;) {
    const std::uint32_t done = shared.done.load(std::memory_order_acquire);
    if (done == processes_.size()) return;
    wait_while(shared.done, done);
    if (shared.done.load(std::memory_order_acquire) != done) continue;
    waiting();
    for (const pid_t process : processes_) {
      int status = 0;
      if (raw_syscall(SYS_wait4, process, reinterpret_cast<long>(&status), WNOHANG, 0) == process) {
        fatal("a worker process of the search has died");
      }
    }
  }
}

void Workers::stop() {
  for (const pid_t process : processes_) raw_syscall(SYS_kill, process, SIGKILL);
  for (const pid_t process : processes_) {
    while (raw_syscall(SYS_wait4, process, 0, 0, 0) == -EINTR) {
    }
  }
  processes_.clear();
}

}  // namespace selvage::machine
