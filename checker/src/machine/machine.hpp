// The controlled machine: the threads of the program under test as fibers of one OS thread, stopped at
// every visible event until the search lets them go on.
//
// Everything here is state of the current exploration; one process explores one thing at a time.
#pragma once

#include <setjmp.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "machine/arena.hpp"
#include "machine/budget.hpp"
#include "machine/fiber.hpp"
#include "machine/foreign_memory.hpp"
#include "machine/op.hpp"
#include "machine/segments.hpp"
#include "machine/shared_memory.hpp"
#include "machine/tls.hpp"
#include "race/shadow.hpp"
#include "search/strategy.hpp"
#include "sync/object.hpp"

namespace selvage::memory {
class Weak;
}

namespace selvage::machine {

using race::kMaxThreads;

/// The calls that a thread is in, innermost first, without the runtime's own.
struct CallStack {
  std::vector<std::uint64_t> calls;   ///< return addresses
  std::vector<std::uint64_t> frames;  ///< for each the canonical frame address, 0: unknown
  void clear() {
    calls.clear();
    frames.clear();
  }
};

/// What is a thread's part of a state of the program, as it is: bytes that may be copied, without holes.
struct ThreadState {
  enum class State : std::uint8_t { unused, alive, finished };
  State state = State::unused;
  bool notified = true;          ///< the condition that a blocked operation waits for has come about
  bool timed_out = false;        ///< ... because its time ran out
  bool timed_wait = false;       ///< blocked in a wait that could also time out
  bool forced_time_out = false;  ///< ... and only because of the bound on time-outs it does not
  bool detached = false, joined = false;
  bool read_clock = false;
  bool has_release_fence = false;
  std::int8_t starter = -1;  ///< who waits for this thread to reach its first event; -1: nobody
  std::uint8_t unused[2] = {};
  std::uint32_t children = 0;
  std::uint64_t stack_pointer = 0;
  void* (*routine)(void*) = nullptr;
  void* argument = nullptr;
  void* result = nullptr;
  Op pending;
};

/// What a thread notes of how it got where it is: no part of a state.
struct ThreadPast {
  std::uint64_t choices = 0;       ///< values that the search has chosen for it
  std::uint64_t acquisitions = 0;  ///< locks that it has taken
  std::uint64_t seen_holding =
      0;  ///< how often somebody tried to take a lock and found that this thread had it
  std::uint64_t own_progress = 0;  ///< counts what it did that others may see, but plain writes
  std::uint64_t own_writes = 0;    ///< plain writes that others may see
  std::uint64_t announced = 0;     ///< Machine::events at its latest visible event
  std::uint64_t standing = 0;      ///< its state at its latest event: equal is equal; mostly like no other
  std::uint64_t plain_since_event = 0;
  std::uint32_t eager_in_a_row = 0;  ///< events since its last visible one
  bool spinning = false;             ///< found to go round without progress; waits for somebody else's
  bool failed_try = false;  ///< since its visits began it failed to get something: a release may free it
  bool stutters = false;    ///< blocked in a timed wait whose time-outs lead nowhere
};

/// A thread of the program under test.
struct Thread : ThreadState, ThreadPast {
  int id = 0;
  int process = 0;  ///< the number of its process's first thread
  int slot = 0;  ///< whose stack and TLS block it has: its own number, or that of the thread that forked it
  struct ReadHold {
    std::uint64_t lock;
    std::uint32_t again;  ///< how often more than once
    std::uint64_t taken;  ///< Thread::acquisitions when it was taken
  };
  std::vector<ReadHold> read_holds;  ///< read-write locks held shared
  struct Idle {
    std::uint64_t wait = 0;      ///< the condition variable that it last waited on and woke for nothing
    std::uint64_t progress = 0;  ///< own_progress when that wait began
    std::uint64_t writes = 0;    ///< own_writes then
    std::uint64_t seen = 0;      ///< seen_holding then
    std::uint64_t others = 0;    ///< others_standing() then
    std::uint64_t state = 0;     ///< round_state() then
    bool timed_out = false;      ///< it woke since its time was up
  };
  Idle idle;
  int wakes = 0;                     ///< how often it was woken as a spinner since somebody made progress
  std::uint64_t wakes_progress = 0;  ///< Machine::progress then
  std::uint64_t spin_others = 0;     ///< others_standing() when it was found to spin
  std::uint64_t stack_low = 0;       ///< Stacks::low() of its stack
  std::uint64_t lowest_stack = 0;    ///< lowest address in use at an event, over all executions
  bool deep_remains = false;         ///< the runtime has called something on its stack that takes much of it
  struct TimeOuts {
    std::uint64_t site;      ///< call_site() of the wait
    std::uint64_t progress;  ///< Machine::progress at the latest
    std::uint32_t count;     ///< how many in a row since somebody made progress
  };
  std::vector<TimeOuts> timeouts;
  race::VectorClock clock;
  race::VectorClock acquire_pending;  ///< what an acquire fence would synchronise with
  race::VectorClock release_fence;    ///< the clock at the last release fence
  std::vector<std::pair<void (*)(void*), void*>> destructors;  ///< __cxa_thread_atexit
  // Rounds without progress, see machine/spin.cpp.
  struct Visit {
    std::uint64_t pc, address;
    std::uint64_t choices;       ///< Thread::choices then
    std::uint64_t acquisitions;  ///< Thread::acquisitions then
    std::uint64_t seen_holding;  ///< Thread::seen_holding then
    std::uint64_t state;         ///< round_state() then; 0: not computed
    std::uint64_t others;        ///< others_standing() then, where state is computed
    std::uint64_t event;         ///< Machine::events then
    std::uint64_t chosen;        ///< Machine::chosen then
  };
  std::vector<Visit> visits;
  std::uint64_t visits_progress =
      0;  ///< Machine::progress when they began; weak memory: what the thread itself did
  std::uint64_t memory_then =
      0;  ///< weak memory: a hash of it after the thread's last event in what may be a round; 0: none
  std::uint32_t round_began =
      0;                    ///< weak memory: Weak::performed() when the round began that it is held back in
  CallStack pending_stack;  ///< where `pending` was announced, kept while recording
  std::vector<std::uint64_t> holding;  ///< mutexes held, kept while recording

  /// What is the same in all executions, even of a thread that another process began (machine/workers.hpp).
  void exist(int number);
  /// Makes it a thread that is about to begin: everything as new but what outlives executions (lowest_stack and
  /// the memory of the vectors).
  void begin(int number, void* (*start_routine)(void*), void* start_argument);
};

/// How the current execution ended.
struct Ending {
  enum class How : std::uint8_t {
    running,
    completed,
    violation,
    cut,
    need_threads,
    restart,
    refused,
    beyond_sc,
    out_of_budget
  };
  How how = How::running;
  bool bounded = false;  ///< cut by a bound, so that nothing is proved
  Verdict verdict = Verdict::proved;
  std::string message;
  std::uint64_t threads = 0;  ///< bit mask
  std::vector<std::uint64_t> stack;
};

/// What of an execution is part of a state, but for threads, objects and memory: bytes that may be copied.
struct ExecutionState {
  std::uint64_t alive = 0;  ///< the threads that are, a bit mask
  int exit_status = 0;
  bool has_outcome = false;
  bool exiting = false;
  bool printed = false;  ///< something was written to the standard streams
  bool wrote = false;    ///< of that, something not to the buffer of standard output
  bool owes_flush =
      false;  ///< the buffer should have been written, and has been left as it is (Output::flush_later)
  bool race_ignored = false;
  bool watching = false;  ///< the invariants are to be checked
  std::uint8_t unused[5] = {};
};
static_assert(sizeof(ExecutionState) % 8 == 0);

/// First of all, where doors in assembly find it.
struct Running {
  bool in_program = false;  ///< program code runs now (not the runtime, not the harness)
};

struct Machine : Running, ExecutionState {
  // Hot: read by every hook.
  bool exploring = false;  ///< between start and end of an exploration
  bool executing = false;  ///< between start and end of an execution
  bool recording = false;  ///< this execution is repeated to tell the user about it
  bool careful = false;    ///< plain accesses take the long way: recorded, or children may crash at them
  bool stepping = false;   ///< each scheduling point is a state that the search goes back to
  bool clean_stacks =
      false;  ///< the runtime leaves nothing behind on the program's stacks, see machine/spin.cpp
  bool only_sc =
      false;  ///< the search ends where more than sequential consistency can be seen (machine/beyond_sc.hpp)
  bool keeping = false;   ///< executions are taken up from where others stood (machine/checkpoints.hpp)
  bool changing = false;  ///< orders are weakened, locks dropped or sites listed (machine/changes.hpp)
  std::int32_t current = 0;
  std::int32_t process = 0;  ///< the one that runs: Thread::process of the current thread
  bool forked = false;       ///< this execution has had more than one process
  Thread* self = nullptr;    ///< &threads[current]
  race::Shadow shadow;

  Thread threads[kMaxThreads];
  std::uint64_t spinners = 0;                           ///< bit mask of Thread::spinning
  int thread_limit = 0;                                 ///< numbers given out so far, over all executions
  std::int16_t child_number[kMaxThreads][kMaxThreads];  ///< [parent][its how-manieth child], -1: none yet
  Stacks stacks;
  Arena arena;
  Segments segments;
  ThreadLocals thread_locals;
  ForeignMemory foreign;
  SharedMemory shared_memory;
  sync::Objects objects{shadow};
  search::Strategy* strategy = nullptr;
  memory::Weak* weak = nullptr;  ///< where atomic reads get their values from; null: from memory
  Options options;
  Budget budget;

  // The current execution.
  Ending ending;
  std::vector<std::uint16_t> schedule;      ///< steps: a thread, or kAlternative | value
  std::vector<std::uint64_t> shared_stack;  ///< granules of stacks that other threads have accessed
  std::uint64_t events = 0;
  std::uint64_t look_at = 0;        ///< how many events it may have until look_at_bounds()
  std::uint64_t chosen = 0;         ///< values that the search has chosen
  std::uint64_t progress = 0;       ///< grows with every step that may have changed what others see
  std::uint64_t spin_progress = 0;  ///< `progress` when the spinners were found to spin
  std::uint32_t preemptions = 0;
  int keep_in = -1;        ///< the harness is to keep a checkpoint with this number, and to go on; -1: none
  bool redundant = false;  ///< only followed to see whether it gets stuck
  std::string outcome;
  std::vector<std::pair<std::function<bool()>, const char*>> invariants;
  bool invariants_changed = false;  ///< since a state was taken or put back (machine/snapshot.cpp)

  // The whole exploration.
  bool eager_unlock = true;  ///< nobody tries locks, so an unlock needs no branching
  /// In a search of states: atomic locations whose stores come too late to rely on there being none (sync/object.hpp).
  std::vector<std::uint64_t> stored_to;
  bool race_ignored_ever = false;  ///< a race was met and not reported (Races::ignore)
  bool bounded = false;            ///< some bound changed what was explored
  std::string bounded_why;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> visible;  ///< plain locations that are events
  std::vector<std::uint64_t>
      lent;                ///< execution graphs: shared_stack of all executions, sorted; see own_state()
  bool lends = false;      ///< they are shared from the beginning of an execution on
  bool lent_more = false;  ///< ... but for some, which are new
  std::uint64_t harness_stack_pointer = 0;
  std::uint64_t harness_thread_pointer = 0;
  std::uint64_t total_events = 0;
  std::uint64_t enabled_at_stop = 0;  ///< ... where these threads could move
  int next_at_stop = -1;              ///< ... and this one does, without a choice; -1: none does
  bool captures = false;              ///< what the program prints goes to memory (machine/output.hpp)
  bool run_mode = false;              ///< a whole program (selvage run), not a body
};

inline constexpr std::uint16_t kAlternative = 0x8000;

/// How many plain accesses a thread may make before it is stopped as if at a visible event, so that a loop
/// that polls a plain variable does not keep the others from ever running.
inline constexpr std::uint64_t kPlainLimit = 1 << 16;
/// The same for events that are not visible, as in a loop that polls a plain variable and yields or sleeps.
inline constexpr std::uint32_t kEagerLimit = 64;

// Bytes of stack that the runtime takes: mostly, and where it walks over the stack or tells what happened.
inline constexpr std::uint64_t kFrames = 2048, kDeepFrames = 16384;
/// ... and in a step of a stateful search, which begins with kFrames wiped, so that what is left further down is the same
/// whenever the step begins in the same state.
inline constexpr std::uint64_t kStepFrames = 1024;

extern Machine g;

/// Runtime code entered from the program: hooks it meets on the way do nothing.
class Door {
 public:
  Door() : was_(g.in_program) { g.in_program = false; }
  ~Door() {
    g.in_program = was_;
    if (g.clean_stacks && was_) [[unlikely]] {
      const bool deep = g.self->deep_remains || g.recording;
      g.self->deep_remains = false;
      const std::uint64_t few = g.stepping ? kStepFrames : kFrames;
      selvage_wipe_dead_stack(g.self->stack_low + Stacks::kGuard, deep ? kDeepFrames : few);
    }
  }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

 private:
  bool was_;
};

inline Thread& self() { return *g.self; }

// schedule.cpp

/// Announces `op` and returns when the search has chosen it: the caller then performs it, and nothing else
/// runs until its thread's next operation. May not return (the execution ends).
void visible(const Op& op);
/// An operation that commutes with everything, or whose thread alone decides it: recorded, no branching. The first thing
/// that is done of it, since others may go first where there were many in a row.
void eager(const Op& op);
/// Others may go first.
void preempt();
/// A nondeterministic step of the running thread: a value in [0, count).
int alternative(int count);
/// The same where children may be killed (machine/crash.cpp): no choice of the program's.
int fault(int count);
/// Something that other threads may see has changed: those that spin get another chance.
inline void changed() {
  ++g.progress;
  ++g.self->own_progress;
}
/// Something was given back: who spins on trying to get it gets another chance.
void released();
/// Starts a thread; runs it to its first event. Its number, or -1 where the limit is reached.
int start_thread(void* (*routine)(void*), void* argument, bool detached);
/// A fresh stack for a thread that is to begin.
void prepare_stack(Thread& thread);
/// Runs a thread just started up to its first event; the starter goes on afterwards.
void run_to_first_event(int child);
/// The calling thread has ended. Does not return.
[[noreturn]] void finish_thread(void* result);
/// Ends the execution with `how`. Does not return.
[[noreturn]] void end_execution(Ending::How how);
/// Ends the execution with a violation by the running thread (and `others`, a bit mask).
[[noreturn]] void violation(Verdict verdict, std::string message, std::uint64_t others = 0);
[[noreturn]] void unsupported(const char* what);
[[noreturn]] void misuse(std::string message);
/// A bound was met: the search cannot prove anything any more.
void note_bound(std::string why);
/// Bounds are looked at when the execution has had some more events.
inline void look_later() { g.look_at = std::min(g.options.max_events, g.events + Budget::kLook); }
/// The threads that could move now, a bit mask.
std::uint64_t enabled_threads();
/// Ends the execution: nobody can move, or those that can, of `spinners` (a bit mask), go on for ever.
[[noreturn]] void report_stuck(std::uint64_t spinners);
/// The first instruction of each fiber.
void fiber_main(void* thread);
inline std::uint64_t bit(int thread) { return std::uint64_t{1} << thread; }
/// The running thread has brought about what `thread` waited for.
inline void notify(int thread) {
  g.threads[thread].notified = true;
  g.strategy->learned(thread, g.current);
}

// record.cpp: what a recorded execution keeps

void record_event(const Op& op, int thread);
/// The event recorded last; null when not recording. For the door that performs it to fill in values.
report::RawEvent* last_event();
/// The event recorded last reads (and, `writes`, writes) its address: notes whom it reads from.
void note_value_source(bool writes);
/// A plain access, while recording. `address` may turn out to be shared by several threads or not.
void record_access(std::uint64_t address, std::uint32_t size, bool write, std::uint64_t pc);
/// A block is given back, while recording.
void record_free(std::uint64_t address, std::uint32_t size);
/// The plain write that its thread announced last has happened by now.
void settle_write(int thread);
/// The event recorded last, or with `plain` the plain access, read what `source` wrote, and is `event` itself.
void note_weak_source(std::uint32_t event, std::uint32_t source, bool read);
void note_allocation(void* block);
CallStack call_stack();
/// CallStack::calls alone.
std::vector<std::uint64_t> backtrace();
/// `race`: the key of the race that is to be told, where it is one.
void start_recording(const std::string& race);
void note_race_access(const std::string& race, int index, int thread, std::uint64_t address,
                      std::uint32_t size, std::uint8_t flags);

// spin.cpp

/// Has the running thread been here before with nothing changed? Then it waits until somebody else acts.
void check_spin(const Op& op);
/// The same where reads may see older writes: see there.
void check_weak_spin(const Op& op);
/// Others have accessed this granule of a stack; with execution graphs it is memory like any other from then on ...
void note_lent(std::uint64_t granule);
/// ... and in all executions from their beginning.
void lend_again();
/// The running thread goes on behind an event: what changes in memory from now on is its own doing.
void note_round_memory();
/// It comes to its next one: has it written something without a hook? (With execution graphs check_weak_spin() asks.)
void check_unseen_writes();
/// Whoever compares states needs Machine::clean_stacks: the search starts over with it, once. May not return.
void need_clean_stacks();
/// A hash of the calls that the running thread is in.
std::uint64_t call_site();
/// A hash of the memory, and of what the running thread itself is doing and holding.
std::uint64_t round_state();
/// The same for what all but `thread` do: equal only where all are where they were.
std::uint64_t others_standing(int thread);

/// A pointer formatted for the reporter to replace by a name.
std::string name_of(std::uint64_t address);

}  // namespace selvage::machine
