// Who moves next: the hot path from an announced operation through the strategy to the resumed fiber.
#include <bit>
#include <cstring>

#include "machine/checkpoints.hpp"
#include "machine/crash.hpp"
#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "machine/symmetry.hpp"
#include "memory/weak_access.hpp"

namespace selvage::machine {

__attribute__((visibility("hidden"))) Machine g;

namespace {

/// &threads[i].pending, for the strategies, which know nothing of threads.
struct Pending {
  const Op* at[kMaxThreads];
  Pending() {
    for (int i = 0; i < kMaxThreads; ++i) at[i] = &g.threads[i].pending;
  }
  operator const Op* const*() const { return at; }  // NOLINT(google-explicit-constructor)
};
const Pending g_pending;

void switch_to(int next) {
  const int from = g.current;
  if (next == from) return;
  Thread& to = g.threads[next];
  g.current = next;
  g.self = &to;
  if (to.process != g.process) [[unlikely]] {
    switch_to_process(from, next);
    return;
  }
  selvage_switch(&g.threads[from].stack_pointer, to.stack_pointer, g.thread_locals.thread_pointer(to.slot));
}

/// Only for a thread that never comes back.
[[noreturn]] void leave_to(int next) {
  switch_to(next);
  __builtin_unreachable();
}

void wake_spinners() {
  for (std::uint64_t rest = g.spinners; rest != 0; rest &= rest - 1) {
    Thread& t = g.threads[std::countr_zero(rest)];
    t.spinning = false;
    t.failed_try = false;
    t.visits.clear();
  }
  g.spinners = 0;
  // What comes now was covered from where the spinner first stood; see spin.cpp.
  if (g.redundant) end_execution(Ending::How::cut);
}

}  // namespace

namespace {

/// Memory accesses, fences and unlocking, one after the other in EventKind but for locks.
constexpr bool never_waits(EventKind kind) {
  return (kind >= EventKind::plain_read && kind <= EventKind::fence) || kind == EventKind::unlock;
}

}  // namespace

std::uint64_t enabled_threads() {
  std::uint64_t enabled = 0;
  for (std::uint64_t rest = g.alive & ~g.spinners; rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    const Thread& thread = g.threads[t];
    // Mostly one of these two, of which sync::enabled() says the same.
    if (!thread.pending.needs_notify && never_waits(thread.pending.kind)) {
      enabled |= bit(t);
      continue;
    }
    if (thread.pending.kind == EventKind::lock && !thread.pending.needs_notify &&
        !thread.pending.or_timed_out) {
      if (thread.pending.object->owner < 0) enabled |= bit(t);
      continue;
    }
    if (sync::enabled(thread.pending, t, thread.notified) ||
        (thread.pending.or_timed_out && thread.timed_out)) {
      enabled |= bit(t);
    }
  }
  return enabled;
}

namespace {

std::string blocked_on(const Thread& t) {
  const Op& op = t.pending;
  std::string text = "T" + std::to_string(t.id);
  if (t.spinning || t.stutters) return text + " goes round without progress";
  if (op.needs_notify && !t.notified) {
    return text + " waits to be notified" + (op.waits_on != 0 ? " (" + name_of(op.waits_on) + ")" : "");
  }
  switch (op.kind) {
    case EventKind::lock:
    case EventKind::timedlock:
    case EventKind::write_lock:
    case EventKind::read_lock:
    case EventKind::timed_read_lock:
    case EventKind::timed_write_lock:
      text += " waits for " + name_of(op.address);
      if (op.object != nullptr && op.object->owner >= 0)
        text += " held by T" + std::to_string(op.object->owner);
      return text;
    case EventKind::join:
      return text + " waits for T" + std::to_string(op.second) + " to end";
    case EventKind::wait:
      return text + " waits for " +
             (op.second == 0 ? "a process"
                             : "process " + std::to_string(pid_of(static_cast<int>(op.second)))) +
             " to end";
    case EventKind::poll_wait:
      return text + " polls for what never comes";
    case EventKind::receive:
      return text + " waits for something to read in a pipe";
    case EventKind::send:
      return text + " waits for room in a pipe";
    case EventKind::sem_wait:
      return text + " waits for semaphore " + name_of(op.address);
    case EventKind::barrier_wait:
      return text + " waits at barrier " + name_of(op.address);
    default:
      return text + " is blocked" + (op.address != 0 ? " on " + name_of(op.address) : "");
  }
}

/// How often `t` is woken counts since somebody made progress.
void count_wakes_anew(Thread& t) {
  if (t.wakes_progress != g.progress) t.wakes = 0;
  t.wakes_progress = g.progress;
}

/// Nobody can move. Time-outs that the search explores elsewhere do not make it a deadlock.
void stuck() {
  // Others that have moved since may have done what is no progress and yet can be seen: taken a lock that is
  // only tried, changed memory from a library that is not instrumented. It goes round once more.
  for (std::uint64_t rest = g.weak == nullptr ? g.spinners : 0; rest != 0; rest &= rest - 1) {
    Thread& t = g.threads[std::countr_zero(rest)];
    count_wakes_anew(t);
    // What it failed to get may have become free before it was stopped.
    const bool tries_again = t.failed_try && t.wakes == 0;
    if (others_standing(t.id) == t.spin_others && !tries_again) continue;
    // Spinners that are woken in turn move in turn, and stop at another place each: not for ever.
    constexpr int kWakes = 4;
    if (++t.wakes > kWakes) continue;
    t.spinning = false;
    t.failed_try = false;
    t.visits.clear();
    g.spinners &= ~bit(t.id);
    return;
  }
  for (std::uint64_t rest = g.alive; rest != 0; rest &= rest - 1) {
    Thread& t = g.threads[std::countr_zero(rest)];
    if (!t.timed_wait || t.notified || t.stutters) continue;
    // The execution where it timed out covers this one, where all are explored.
    if (!t.forced_time_out && g.strategy->exhausts()) {
      g.strategy->stuck(g.alive, g_pending);
      end_execution(Ending::How::cut);
    }
    t.notified = true;
    t.timed_out = true;
    t.forced_time_out = false;
    return;
  }
  if (g.weak != nullptr) {
    // Who read something that is not the newest would read on; where it reads the newest is explored elsewhere.
    for (std::uint64_t rest = g.spinners; rest != 0; rest &= rest - 1) {
      const Thread& t = g.threads[std::countr_zero(rest)];
      if (g.weak->reads_newest(t.id, t.round_began)) continue;
      g.strategy->stuck(g.alive, g_pending);
      end_execution(Ending::How::cut);
    }
  }
  g.strategy->stuck(g.alive, g_pending);
  report_stuck(0);
}

}  // namespace

void report_stuck(std::uint64_t spinners) {
  for (std::uint64_t rest = spinners; rest != 0; rest &= rest - 1)
    g.threads[std::countr_zero(rest)].spinning = true;
  bool spins = false;
  std::string who;
  std::string cycle;
  std::uint64_t threads = 0;
  for (std::uint64_t rest = g.alive; rest != 0; rest &= rest - 1) {
    const Thread& t = g.threads[std::countr_zero(rest)];
    spins = spins || t.spinning || t.stutters;
    threads |= bit(t.id);
    if (!who.empty()) who += "; ";
    who += blocked_on(t);
  }
  for (std::uint64_t rest = g.alive; rest != 0 && cycle.empty(); rest &= rest - 1) {
    // Follow "waits for a lock held by" until a thread comes round again.
    int at = std::countr_zero(rest);
    std::uint64_t seen = 0;
    std::string path;
    while (at >= 0 && (seen & bit(at)) == 0 && (g.alive & bit(at)) != 0) {
      seen |= bit(at);
      path += "T" + std::to_string(at) + " -> ";
      const Op& op = g.threads[at].pending;
      const bool lock = op.object != nullptr &&
                        (op.object->kind == sync::Kind::mutex || op.object->kind == sync::Kind::rwlock) &&
                        !(op.needs_notify && !g.threads[at].notified);
      const bool joins = op.kind == EventKind::join || (op.kind == EventKind::wait && op.second != 0);
      at = lock ? op.object->owner : joins ? static_cast<int>(op.second) : -1;
      if (at >= 0 && at == std::countr_zero(rest)) cycle = path + "T" + std::to_string(at);
    }
  }
  if (g.recording) {
    for (std::uint64_t rest = g.alive; rest != 0; rest &= rest - 1) {
      const Thread& t = g.threads[std::countr_zero(rest)];
      record_event(t.pending, t.id);
      if (auto* e = last_event())
        e->note = t.spinning || t.stutters ? "goes round for ever" : "blocked for ever";
    }
  }
  // A program whose threads all wait for time to pass or for each other has not ended and never will.
  g.ending.threads = threads;
  g.ending.verdict = spins ? Verdict::livelock : Verdict::deadlock;
  g.ending.message = (spins ? std::string("livelock: ") : std::string("deadlock: ")) + who;
  if (!cycle.empty()) g.ending.message += "; cycle " + cycle;
  if (g.redundant && !spins) end_execution(Ending::How::cut);
  end_execution(Ending::How::violation);
}

namespace {

void check_invariants() {
  for (const auto& [holds, name] : g.invariants) {
    if (!holds()) violation(Verdict::assertion, std::string("invariant does not hold: ") + name);
  }
}

/// Sees to what needs no choice: the threads that can move, a bit mask; or in *next a thread whose step
/// commutes with everything, and which is taken at once: a persistent set of its own, no other order matters.
std::uint64_t settle(int* next) {
  if (g.watching) check_invariants();
  if (g.spinners != 0 && g.progress != g.spin_progress && g.weak == nullptr) wake_spinners();
  std::uint64_t enabled = enabled_threads();
  while (enabled == 0) {
    stuck();
    enabled = enabled_threads();
  }
  *next = -1;
  for (std::uint64_t rest = enabled; rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    if (g.threads[t].pending.footprint != Footprint::none) continue;
    *next = t;
    break;
  }
  return enabled;
}

__attribute__((noinline)) void settle_at_stop() { g.enabled_at_stop = settle(&g.next_at_stop); }

/// Back to the stateful search (machine/stateful.cpp), which resumes the thread some time. The frames from
/// here up are part of the state: nothing in them must tell how the program got there, so all that is worked
/// out first has its own frames.
__attribute__((noinline)) void stand_still() {
  settle_at_stop();
  selvage_switch(&g.self->stack_pointer, g.harness_stack_pointer, g.harness_thread_pointer);
}

/// Executions to come that begin as this one did may go on from here: the harness keeps what there is now.
__attribute__((noinline)) void keep_for_others() {
  if (!g.strategy->worth_keeping() || !Checkpoints::possible()) return;
  g.keep_in = g.strategy->keep();
  if (g.keep_in >= 0)
    selvage_switch(&g.self->stack_pointer, g.harness_stack_pointer, g.harness_thread_pointer);
}

/// An execution that is recorded leaves less on dead stacks than the search did, so that a round may be noticed earlier
/// than it was there (a compiler that initialises nothing, as clang++ -O0, has slots of dead stack in its frames). Who is to
/// move goes on.
__attribute__((noinline)) void wake_wanted() {
  const int wanted = g.strategy->wanted();
  if (wanted < 0 || (g.spinners & bit(wanted)) == 0) return;
  if (g.weak == nullptr && g.progress != g.spin_progress) return;  // settle() wakes it
  Thread& t = g.threads[wanted];
  // Where nobody could move, stuck() woke it in the search, which it does a few times only.
  if (g.weak == nullptr && enabled_threads() == 0) {
    count_wakes_anew(t);
    ++t.wakes;
    t.failed_try = false;
  }
  t.spinning = false;
  t.visits.clear();
  g.spinners &= ~bit(wanted);
}

int pick() {
  if (g.spinners != 0) wake_wanted();
  int next = -1;
  const std::uint64_t enabled = settle(&next);
  if (next >= 0) return next;
  if (g.keeping) keep_for_others();
  search::ChoicePoint point;
  point.enabled = enabled;
  point.current = g.current;
  point.branching = !g.redundant;
  point.pending = g_pending;
  next = g.strategy->pick_thread(point);
  if (next < 0) {
    if (next == search::Strategy::kDiverged) {
      g.ending.verdict = Verdict::nondeterministic;
      g.ending.message =
          "the program did something else when the same schedule was replayed: " + g.strategy->explanation();
      g.ending.threads = bit(g.current);
      end_execution(Ending::How::violation);
    }
    if (next == search::Strategy::kMisfit) {
      g.ending.message = g.strategy->explanation();
      end_execution(Ending::How::refused);
    }
    end_execution(Ending::How::cut);
  }
  if (next != g.current && (enabled & bit(g.current)) != 0) ++g.preemptions;
  g.schedule.push_back(static_cast<std::uint16_t>(next));
  return next;
}

// Its frame would be part of the states that a stateful search keeps.
__attribute__((noinline)) void look_at_bounds() {
  if (g.events > g.options.max_events) {
    note_bound("an execution was cut at --max-events " + std::to_string(g.options.max_events));
    g.ending.bounded = true;
    end_execution(Ending::How::cut);
  }
  if (g.budget.ends_executions && (g.budget.interrupted() || g.budget.out_of_time()))
    end_execution(Ending::How::out_of_budget);
  look_later();
}

void count_event() {
  if (++g.events > g.look_at) [[unlikely]]
    look_at_bounds();
}

}  // namespace

namespace {

__attribute__((noinline)) void note_pending(Thread& t) {
  settle_write(t.id);
  t.pending_stack = call_stack();
}

}  // namespace

// Its frame is part of the states that a stateful search keeps: what takes room has a function of its own.
void visible(const Op& op) {
  Thread& t = *g.self;
  if (g.weak != nullptr) {
    memory::settle_weak_write(t.id);
    if (g.options.symmetry) note_event_between_joins(op.kind);
  }
  t.pending = op;
  if (g.forked) [[unlikely]]
    announce_in_process(t.pending);
  t.plain_since_event = 0;
  t.eager_in_a_row = 0;
  t.announced = g.events;
  t.standing = g.events << 1 | 1;
  const auto here = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
  if (here < t.lowest_stack) t.lowest_stack = here;
  count_event();
  if (g.recording) note_pending(t);
  if (t.starter >= 0) {
    if (g.weak != nullptr) check_weak_spin(op);
    const int starter = t.starter;
    t.starter = -1;
    switch_to(starter);
  } else if (g.stepping) {
    stand_still();
  } else {
    if (g.weak == nullptr && t.memory_then != 0) [[unlikely]]
      check_unseen_writes();
    // Who waits to be notified is blocked, and goes round nowhere; who joins a thread does so once.
    if (g.weak != nullptr) {
      check_weak_spin(op);
    } else if (!op.needs_notify && op.kind != EventKind::join && op.kind != EventKind::wait) {
      check_spin(op);
    }
    const int next = pick();
    if (next != t.id) switch_to(next);
  }
  t.spinning = false;
  if (g.weak != nullptr || !t.visits.empty() || t.idle.wait != 0) note_round_memory();
  if (g.recording) record_event(t.pending, t.id);
}

void preempt() {
  Op op;
  op.kind = EventKind::preempt;
  op.footprint = Footprint::read;  // of nothing: commutes with all, but others may go first
  op.address = 0;
  op.size = 0;
  op.pc = self().id == 0 ? 1 : 2;
  visible(op);
}

void eager(const Op& op) {
  Thread& t = *g.self;
  if (g.weak != nullptr) {
    memory::settle_weak_write(t.id);
    if (g.options.symmetry) note_event_between_joins(op.kind);
  }
  if (g.forked && g.options.crash_children) [[unlikely]]
    may_crash();
  if (++t.eager_in_a_row > kEagerLimit) preempt();
  t.plain_since_event = 0;
  count_event();
  if (op.footprint != Footprint::none) {
    g.strategy->took_eagerly(op, t.id, g_pending);
  }
  if (g.recording) record_event(op, t.id);
}

int alternative(int count) {
  if (count <= 1) return 0;
  const int value = fault(count);
  ++g.self->choices;
  ++g.chosen;
  return value;
}

int fault(int count) {
  g.strategy->running = g.current;
  const int value = g.strategy->pick_alternative(count, !g.redundant);
  if (value < 0) {
    if (value == search::Strategy::kMisfit) {
      g.ending.message = g.strategy->explanation();
      end_execution(Ending::How::refused);
    }
    g.ending.verdict = Verdict::nondeterministic;
    g.ending.message =
        "the program did something else when the same schedule was replayed: " + g.strategy->explanation();
    g.ending.threads = bit(g.current);
    end_execution(Ending::How::violation);
  }
  g.schedule.push_back(static_cast<std::uint16_t>(kAlternative | value));
  // The operation may go on to a scheduling point: what the strategy left must not get into the frames of
  // that.
  if (g.clean_stacks) selvage_wipe_dead_stack(g.self->stack_low + Stacks::kGuard, kFrames);
  return value;
}

void released() {
  for (std::uint64_t rest = g.spinners; rest != 0; rest &= rest - 1) {
    if (g.threads[std::countr_zero(rest)].failed_try) changed();
  }
}

void run_to_first_event(int child) { switch_to(child); }

void finish_thread(void* result) {
  Thread& t = *g.self;
  if (g.weak != nullptr) memory::settle_weak_write(t.id);
  if (g.recording) settle_write(t.id);
  t.result = result;
  t.state = Thread::State::finished;
  t.pending = Op{};
  g.alive &= ~bit(t.id);
  if (g.recording) {
    Op op;
    op.kind = EventKind::finish;
    record_event(op, t.id);
  }
  if (t.starter >= 0) {
    const int starter = t.starter;
    t.starter = -1;
    leave_to(starter);
  }
  changed();
  if (g.stepping) {
    stand_still();
    __builtin_unreachable();
  }
  leave_to(pick());
}

void end_execution(Ending::How how) {
  g.ending.how = how;
  g.in_program = false;
  std::uint64_t ignored;
  selvage_switch(&ignored, g.harness_stack_pointer, g.harness_thread_pointer);
  __builtin_unreachable();
}

void violation(Verdict verdict, std::string message, std::uint64_t others) {
  g.in_program = false;
  g.self->deep_remains = true;
  g.ending.verdict = verdict;
  g.ending.message = std::move(message);
  g.ending.threads = bit(g.current) | others;
  if (g.recording) g.ending.stack = backtrace();
  end_execution(Ending::How::violation);
}

void unsupported(const char* what) {
  violation(Verdict::unsupported, std::string(what) + " cannot be controlled");
}

void misuse(std::string message) { violation(Verdict::misuse, std::move(message)); }

void note_bound(std::string why) {
  if (g.bounded) return;
  g.bounded = true;
  g.bounded_why = std::move(why);
}

std::string name_of(std::uint64_t address) {
  static const char* digits = "0123456789abcdef";
  std::string hex;
  for (std::uint64_t rest = address; rest != 0 || hex.empty(); rest >>= 4)
    hex.insert(hex.begin(), digits[rest & 15]);
  return "{0x" + hex + "}";
}

}  // namespace selvage::machine
