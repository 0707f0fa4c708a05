#include "machine/call_sites.hpp"

#include <linux/futex.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unwind.h>

#include <cstdio>
#include <stdexcept>

#include "machine/fatal.hpp"
#include "machine/machine.hpp"
#include "machine/modules.hpp"
#include "machine/raw_syscall.hpp"
#include "report/site_lookup.hpp"
#include "state/shared_memory.hpp"

namespace selvage::machine {

namespace {

constexpr std::uint64_t kAnswered = 1, kUser = 2, kOwnAtomic = 4, kOwnLock = 8, kWaiter = 16;

void announce(std::atomic<std::uint32_t>& word, std::uint32_t value) {
  word.store(value, std::memory_order_release);
  raw_syscall(SYS_futex, reinterpret_cast<long>(&word), FUTEX_WAKE, 1 << 20);
}

/// Calls `visit` with each return address of the running thread, innermost first, until it returns true.
template <typename Visit>
void each_call(Visit visit) {
  self().deep_remains = true;  // the unwinder takes much of the stack
  const auto frame = [](_Unwind_Context* context, void* data) {
    const std::uint64_t pc = _Unwind_GetIP(context);
    if (pc == 0) return _URC_END_OF_STACK;
    if (in_runtime(pc)) return _URC_NO_REASON;
    return (*static_cast<Visit*>(data))(pc) ? _URC_END_OF_STACK : _URC_NO_REASON;
  };
  _Unwind_Backtrace(frame, &visit);
}

}  // namespace

void CallSites::start(const std::vector<report::Module>& modules, const std::vector<std::string>& weaken,
                      const std::vector<std::string>& drop_lock) {
  std::size_t bytes = sizeof(Board);
  board_ = static_cast<Board*>(state::reserve_bytes(&bytes, state::Sharing::shared));
  if (bytes < sizeof(Board)) state::no_room();
  int ends[2];
  constexpr long kCloseOnExec = 02000000;
  if (raw_syscall(SYS_pipe2, reinterpret_cast<long>(ends), kCloseOnExec) != 0) fatal("cannot create a pipe");
  const long process = raw_syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (process < 0) fatal("cannot start a process that reads the debug information");
  if (process == 0) {
    raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    // It must hold nothing open that somebody waits to be closed.
    raw_syscall(SYS_dup2, ends[0], 0);
    raw_syscall(SYS_close_range, 1, ~0U, 0);
    serve(0, modules, weaken, drop_lock);
  }
  raw_syscall(SYS_close, ends[0]);
  requests_ = ends[1];
  while (board_->ready.load(std::memory_order_acquire) == 0) wait_for_answer(0);
  if (board_->refusal[0] != 0) throw std::invalid_argument(board_->refusal);
}

void CallSites::serve(int requests, const std::vector<report::Module>& modules,
                      const std::vector<std::string>& weaken, const std::vector<std::string>& drop_lock) {
  std::string refusal;
  try {
    report::SiteLookup lookup(modules, weaken, drop_lock);
    refusal = lookup.refusal();
    if (refusal.empty()) {
      announce(board_->ready, 1);
      std::uint64_t pc = 0;
      while (raw_syscall(SYS_read, requests, reinterpret_cast<long>(&pc), sizeof pc) == sizeof pc) {
        Entry& entry = entry_of(pc);
        if (entry.answer.load(std::memory_order_relaxed) != 0) continue;
        const report::CallSite site = lookup.at(pc);
        entry.answer.store(kAnswered | (site.user ? kUser : 0) | (site.library.own_atomic ? kOwnAtomic : 0) |
                               (site.library.own_lock ? kOwnLock : 0) | (site.library.waiter ? kWaiter : 0) |
                               static_cast<std::uint64_t>(site.weaken + 1) << 8 |
                               static_cast<std::uint64_t>(site.drop_lock) << 32,
                           std::memory_order_release);
        announce(board_->answered, board_->answered.load(std::memory_order_relaxed) + 1);
      }
    }
  } catch (const std::exception& error) {
    refusal = error.what();
  }
  std::snprintf(board_->refusal, sizeof board_->refusal, "%s", refusal.c_str());
  announce(board_->ready, 1);
  raw_syscall(SYS_exit_group, 0);
  __builtin_unreachable();
}

CallSites::Entry& CallSites::entry_of(std::uint64_t pc) {
  std::size_t at = static_cast<std::size_t>(pc * 0x9e3779b97f4a7c15ULL >> 50);
  for (std::size_t tries = 0; tries < Board::kEntries; ++tries, at = (at + 1) % Board::kEntries) {
    Entry& entry = board_->entries[at];
    std::uint64_t there = entry.pc.load(std::memory_order_relaxed);
    if (there == 0 && entry.pc.compare_exchange_strong(there, pc, std::memory_order_relaxed)) return entry;
    if (there == pc) return entry;
  }
  fatal("more call sites of atomic accesses and locks than there is room for");
}

/// Returns after a while, or earlier when there may be news since the helper had given `seen` answers.
void CallSites::wait_for_answer(std::uint32_t seen) {
  const timespec most{0, 20'000'000};
  std::atomic<std::uint32_t>& word =
      board_->ready.load(std::memory_order_acquire) == 0 ? board_->ready : board_->answered;
  raw_syscall(SYS_futex, reinterpret_cast<long>(&word), FUTEX_WAIT, static_cast<long>(seen),
              reinterpret_cast<long>(&most));
}

CallSites::Answer CallSites::of(std::uint64_t pc) {
  Entry& entry = entry_of(pc);
  std::uint64_t answer = entry.answer.load(std::memory_order_acquire);
  if (answer == 0) {
    raw_syscall(SYS_write, requests_, reinterpret_cast<long>(&pc), sizeof pc);
    constexpr int kPatience = 6000;  // two minutes: large debug information takes a while
    for (int tries = 0; answer == 0; ++tries) {
      if (tries == kPatience) fatal("the process that reads the debug information does not answer");
      const std::uint32_t seen = board_->answered.load(std::memory_order_acquire);
      answer = entry.answer.load(std::memory_order_acquire);
      if (answer == 0) wait_for_answer(seen);
    }
  }
  return {(answer & kUser) != 0,
          (answer & kOwnAtomic) != 0,
          (answer & kOwnLock) != 0,
          (answer & kWaiter) != 0,
          static_cast<int>(answer >> 8 & 0xff) - 1,
          static_cast<std::uint32_t>(answer >> 32)};
}

SiteCalls CallSites::site(std::uint64_t pc) {
  SiteCalls found;
  const auto add = [&](std::uint64_t call) {
    const Answer answer = of(call);
    found.library_atomic = found.library_atomic || answer.own_atomic || (found.count == 0 && answer.waiter);
    found.library_lock = found.library_lock || answer.own_lock;
    if (found.count < SiteCalls::kMost) found.calls[found.count++] = call;
    found.weaken = answer.weaken;
    return answer.user;
  };
  if (add(pc)) return found;
  // A function of the library, called from somewhere else.
  bool past = false;
  each_call([&](std::uint64_t call) {
    if (!past && call == pc) {
      past = true;
      return false;
    }
    return add(call);
  });
  return found;
}

std::uint32_t CallSites::dropped_at(std::uint64_t pc) {
  std::uint32_t dropped = of(pc).drop_lock;
  each_call([&](std::uint64_t call) {
    dropped |= of(call).drop_lock;
    return false;
  });
  return dropped;
}

}  // namespace selvage::machine
