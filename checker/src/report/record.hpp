// What an exploration hands to the reporter: plain records, addresses not yet turned into names.
//
// The explored process (a forked child, or the program that `selvage run` started) writes one
// RawResult as JSON into a pipe; the parent symbolises it (symbols.hpp) into a selvage::Result.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "selvage/selvage.hpp"

namespace selvage::report {

/// A mapped object, so that the parent can turn run-time addresses into file:line.
struct Module {
  std::string path;                 ///< as the loader knows it; the executable's full path
  std::uint64_t base = 0;           ///< load bias: run-time address - base = address in the file
  std::uint64_t low = 0, high = 0;  ///< its mapped range [low, high)
};

/// What an event did. The order is part of the schedule file format: append only.
// clang-format off
enum class EventKind : std::uint8_t {
  start, finish, create, join, detach,
  plain_read, plain_write,
  atomic_load, atomic_store, atomic_rmw, atomic_cas, fence,
  lock, trylock, timedlock, unlock,
  read_lock, try_read_lock, timed_read_lock, write_lock, try_write_lock, timed_write_lock, rw_unlock,
  cond_wait, cond_timed_wait, cond_wake, cond_signal, cond_broadcast,
  sem_wait, sem_try_wait, sem_timed_wait, sem_post,
  barrier_wait, once, guard,
  futex_wait, futex_wake,
  sleep, yield, output, choose, exit, free, preempt, annotate,
  fork, wait, receive, send, poll, close, die, named, poll_wait
};
// clang-format on

/// One event of a recorded execution.
struct RawEvent {
  int thread = 0;
  EventKind kind{};
  std::uint64_t address = 0;  ///< the object acted on; 0: none
  std::uint32_t size = 0;     ///< bytes, for memory accesses
  int order = -1;             ///< memory order as in std::memory_order, -1: none
  bool has_read = false, has_write = false;
  std::uint64_t read = 0, written = 0;  ///< values, low 64 bits
  std::int64_t reads_from = -1;         ///< index of the event whose value was read; -1: initial or unknown
  std::uint64_t second = 0;             ///< create/join: the other thread; cond: the mutex; others: argument
  int result = 0;                       ///< the call's return value, e.g. EBUSY of a trylock
  std::string note;                     ///< extra words, e.g. "timed out", "spurious"
  std::vector<std::uint64_t> stack;  ///< call addresses, innermost first (return addresses: look up pc - 1)
  /// Optional: for each entry of `stack` the canonical frame address (CFA: the stack pointer before the
  /// call that entered that function), 0 where unknown. Gives variables on stacks their names.
  std::vector<std::uint64_t> frames;
};

/// A heap block, stack or thread-local block that an address of the trace lies in.
struct RawRegion {
  /// tls: `low` is where the executable's thread-local block of that thread begins. shared: by processes; thread -1: it
  /// has a name or a descriptor.
  enum class Kind { heap, stack, tls, shared } kind = Kind::heap;
  std::uint64_t low = 0, high = 0;
  int thread = 0;                    ///< who allocated it, or whose stack it is
  std::vector<std::uint64_t> stack;  ///< where it was allocated
};

struct RawAccess {
  int thread = 0;
  bool write = false, atomic = false;
  std::uint64_t address = 0;
  std::uint32_t size = 0;
  std::uint64_t event = 0;             ///< index into RawViolation::trace
  std::vector<std::uint64_t> holding;  ///< addresses of the mutexes held
};

struct RawViolation {
  Verdict kind = Verdict::proved;
  std::string message;  ///< may contain {0x1234} for "the name of what lives at 0x1234"
  std::vector<int> threads;
  std::vector<std::uint64_t> stack;  ///< where it happened, innermost first; may be empty
  std::string schedule;
  unsigned preemptions = 0;
  std::vector<RawEvent> trace;
  std::vector<RawAccess> accesses;
  std::vector<RawRegion> regions;
  std::string output;
};

/// Where the program made an atomic access, a fence or locked something.
struct RawSite {
  EventKind kind{};
  int order = -1, failure = -1;      ///< as std::memory_order, -1: none
  std::vector<std::uint64_t> stack;  ///< from the call out to the first frame in the user's own code
};

struct RawResult {
  Verdict verdict = Verdict::exhausted;
  std::string message;  ///< for verdicts without a violation: why
  bool complete = false;
  std::uint64_t executions = 0, blocked = 0, bounded = 0, events = 0;
  std::uint64_t states = 0, transitions = 0, memory = 0;
  double seconds = 0;
  double covered = -1;                ///< as in Result
  std::vector<std::string> symmetry;  ///< as in Result
  std::vector<Outcome> outcomes;
  std::vector<RawViolation> violations;
  std::vector<Module> modules;  ///< the executable first
  std::vector<RawSite> sites;
  std::vector<std::string> weaken, drop_lock;  ///< what was in force: a schedule brings its own
  std::string caveat;                          ///< becomes Result::caveat
  bool beyond_sc =
      false;  ///< Options::model "auto": ended where more than sequential consistency can be seen
  std::uint64_t units = 0, whole_units = 0;  ///< of the program: instrumented, and with Selvage's plugin
  bool out_of_budget = false;  ///< a budget or the user ended the search
  std::string refused;         ///< not empty: the run could not be done (bad schedule ...): exit status 3
};

/// One line of JSON each way. from_json throws std::runtime_error on anything malformed.
std::string to_json_text(const RawResult& result);
RawResult raw_result_from_json(const std::string& text);
std::string to_json_text(const Options& options);
Options options_from_json(const std::string& text);

}  // namespace selvage::report
