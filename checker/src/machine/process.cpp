#include "machine/process.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "machine/crash.hpp"
#include "machine/exploration.hpp"
#include "machine/fatal.hpp"
#include "machine/output.hpp"
#include "machine/raw_syscall.hpp"
#include "machine/spaces.hpp"
#include "sync/robust.hpp"

namespace selvage::machine {

namespace {

Process g_processes[kMaxThreads];
std::int16_t g_child[kMaxThreads][kMaxThreads];  // [thread][its how-manieth fork]: its number, 0: none yet
std::uint8_t g_forks[kMaxThreads];               // of each thread, in this execution
bool g_in_use = false;
std::uint64_t g_ever = 0;    // processes of this execution, a bit mask
char g_tokens[kMaxThreads];  // for their addresses alone

std::vector<ProcessPart>& parts() {
  static auto* list = new std::vector<ProcessPart>;
  return *list;
}

// Memory is exchanged on a stack that belongs to no process.
alignas(4096) unsigned char g_switcher_stack[64 * 1024];
std::uint64_t g_switcher = 0;
struct Request {
  int next = 0;
  bool forks = false;
} g_request;

/// Has the thread's number a stack and a TLS block of its own?
bool has_stack(int slot) { return g.threads[slot].slot == slot; }

/// What the running process has at addresses that others have too.
std::vector<PrivateMemory::Range>& ranges_of(const Process& p) {
  static auto& ranges = *new std::vector<PrivateMemory::Range>;
  ranges.clear();
  for (std::uint64_t rest = p.inherited | p.given; rest != 0; rest &= rest - 1) {
    const int slot = std::countr_zero(rest);
    ranges.push_back({g.arena.begin(slot), p.arena_end[slot]});
    if (!has_stack(slot)) continue;
    const int runs = thread_on(slot);
    const std::uint64_t from = runs >= 0 ? g.threads[runs].stack_pointer : p.stack_pointer[slot];
    ranges.push_back({g.thread_locals.low(slot), g.thread_locals.high(slot)});
    if (from != 0) ranges.push_back({from, g.stacks.top(slot)});
  }
  return ranges;
}

void leave() {
  Process& p = own_process();
  p.exiting = g.exiting;
  if (p.state == Process::State::alive || p.state == Process::State::ending) p.memory.keep(ranges_of(p));
  for (const ProcessPart& part : parts()) {
    if (part.leave != nullptr) part.leave(g.process);
  }
}

void enter(int number) {
  g.process = number;
  g.exiting = own_process().exiting;
  enter_space(number);
  for (const ProcessPart& part : parts()) {
    if (part.enter != nullptr) part.enter(number);
  }
}

/// The child is as the parent is, which is as good as gone to sleep.
void copy_process(int child) {
  const int parent = g.process;
  leave();
  for (const ProcessPart& part : parts()) {
    if (part.inherit != nullptr) part.inherit(parent, child);
  }
  inherit_space(parent, child);
  enter(child);
  inherit_objects(parent, g.threads[child].starter, child);
}

void switcher(void* /*unused*/) {
  for (;;) {
    Thread& next = g.threads[g_request.next];
    if (g_request.forks) {
      next.stack_pointer = g.threads[next.starter].stack_pointer;
      copy_process(g_request.next);
    } else {
      leave();
      enter(next.process);
      own_process().memory.bring_back();
      // The dead stack of another process is below: what is there must not depend on who ran before.
      if (g.clean_stacks) {
        const std::uint64_t low = std::max(next.stack_pointer - kFrames, next.stack_low + Stacks::kGuard);
        std::memset(reinterpret_cast<void*>(low), 0, next.stack_pointer - low);
      }
    }
    selvage_switch(&g_switcher, next.stack_pointer, g.thread_locals.thread_pointer(next.slot));
  }
}

void go_through_switcher(int from, int next, bool forks) {
  if (g_switcher == 0) {
    g_switcher = prepare_fiber(reinterpret_cast<std::uint64_t>(g_switcher_stack) + sizeof g_switcher_stack,
                               switcher, nullptr);
  }
  g_request = {next, forks};
  selvage_switch(&g.threads[from].stack_pointer, g_switcher, g.harness_thread_pointer);
}

/// What the forking thread's copy in the child begins with.
void begin_copy(Thread& child, const Thread& parent) {
  const int number = child.id;
  const std::uint64_t lowest = child.lowest_stack;
  child.begin(number, parent.routine, parent.argument);
  child.process = number;
  child.slot = parent.slot;
  child.stack_low = parent.stack_low;
  child.lowest_stack = std::min(parent.lowest_stack, lowest);
  child.starter = static_cast<std::int8_t>(parent.id);
  child.read_clock = parent.read_clock;
  child.clock.assign(parent.clock);
  child.clock.set(number, 1);
  child.acquire_pending.assign(parent.acquire_pending);
  child.release_fence.assign(parent.release_fence);
  child.has_release_fence = parent.has_release_fence;
  child.read_holds = parent.read_holds;
  child.destructors = parent.destructors;
  child.holding = parent.holding;
  child.deep_remains = true;
}

void begin_process(int number, const Thread& parent) {
  Process& p = process(number);
  Process& own = own_process();
  p.state = Process::State::alive;
  p.parent = g.process;
  p.status = 0;
  p.exiting = false;
  p.threads = bit(number);
  p.children = p.given = 0;
  p.known_at_end.clear();
  p.memory.new_execution();
  own.children |= bit(number);
  // What there is of the parent: its own, and what it has from its own parent.
  p.inherited = own.inherited | own.threads;
  own.given |= own.threads;
  for (std::uint64_t rest = own.threads; rest != 0; rest &= rest - 1) {
    const int slot = std::countr_zero(rest);
    own.arena_end[slot] = p.arena_end[slot] = g.arena.end(slot);
  }
  for (std::uint64_t rest = own.inherited & ~own.threads; rest != 0; rest &= rest - 1) {
    const int slot = std::countr_zero(rest);
    p.arena_end[slot] = own.arena_end[slot];
  }
  for (std::uint64_t rest = p.inherited; rest != 0; rest &= rest - 1) {
    const int slot = std::countr_zero(rest);
    const int runs = thread_on(slot);
    p.stack_pointer[slot] = runs >= 0                          ? g.threads[runs].stack_pointer
                            : (own.inherited & bit(slot)) != 0 ? own.stack_pointer[slot]
                                                               : 0;
  }
  p.stack_pointer[parent.slot] = 0;  // its thread runs there
  if ((own.threads & bit(parent.slot)) != 0) own.stack_pointer[parent.slot] = 0;
  g_ever |= bit(number);
}

/// Now there are processes: the first one becomes one of several.
void begin_first_process() {
  if (g.forked) return;
  note_use_of_processes();
  Process& p = process(0);
  p.state = Process::State::alive;
  p.parent = -1;
  p.status = 0;
  p.threads = 0;
  for (int t = 0; t < g.thread_limit; ++t) {
    if (g.threads[t].state != Thread::State::unused) p.threads |= bit(t);
  }
  p.children = p.inherited = p.given = 0;
  p.known_at_end.clear();
  p.memory.new_execution();
  g_ever = 1;
  g.forked = true;
}

}  // namespace

void add_process_part(ProcessPart part) { parts().push_back(part); }

Process& process(int number) { return g_processes[number]; }

int thread_on(int slot) {
  if (!g.forked) return g.threads[slot].state == Thread::State::unused ? -1 : slot;
  for (std::uint64_t rest = own_process().threads; rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    if (g.threads[t].slot == slot) return t;
  }
  return -1;
}

std::uint64_t token_of(int process) { return reinterpret_cast<std::uint64_t>(&g_tokens[process]); }

void announce_in_process(Op& op) {
  if (g.options.crash_children) may_crash();
  if (op.kind == EventKind::output || op.kind == EventKind::annotate || is_token(op.address)) return;
  op.space = space_of(op.address);
}

bool is_token(std::uint64_t address) { return address - token_of(0) < sizeof g_tokens; }

void switch_to_process(int from, int next) { go_through_switcher(from, next, false); }

namespace {

/// What fork copies, or what is left where a process ends, tells a lock that another thread holds from a free
/// one.
void need_branching_unlocks() {
  if (!g.eager_unlock) return;
  g.eager_unlock = false;
  end_execution(Ending::How::restart);
}

}  // namespace

int fork_process(std::uint64_t pc) {
  Thread& parent = self();
  refuse_states("fork()");
  if (g.options.search == Search::directed) unsupported("fork() under a directed schedule");
  if (!g.invariants.empty()) unsupported("fork() in a body with a selvage::invariant");
  // fork has to know which cells are in use.
  if (!g.shadow.journaling()) {
    g.shadow.journal();
    end_execution(Ending::How::restart);
  }
  Op op;
  op.kind = EventKind::fork;
  op.pc = pc;
  if (std::popcount(threads_of_own()) == 1) {
    eager(op);
  } else {
    need_branching_unlocks();
    op.footprint = Footprint::all;
    visible(op);
  }
  Output::flush_owed();  // else both would do it
  begin_first_process();
  std::int16_t& known =
      g_child[parent.id][g_forks[parent.id] < kMaxThreads ? g_forks[parent.id] : kMaxThreads - 1];
  if (known == 0 && g.thread_limit < kMaxThreads) known = static_cast<std::int16_t>(g.thread_limit++);
  const int number = known;
  if (number == 0 || g.threads[number].state != Thread::State::unused) {
    violation(Verdict::unsupported,
              "more than " + std::to_string(kMaxThreads) + " threads in one execution cannot be controlled");
  }
  ++g_forks[parent.id];
  if (auto* e = last_event()) e->second = static_cast<std::uint64_t>(number);
  begin_process(number, parent);
  begin_copy(g.threads[number], parent);
  ++parent.clock.at[parent.id];
  g.alive |= bit(number);
  changed();
  const int from = parent.id;
  g.current = number;
  g.self = &g.threads[number];
  go_through_switcher(from, number, true);
  // Here twice: first as the child, and when that has come to its first event as the parent.
  return g.process == number ? 0 : number;
}

void end_process(int status) {
  Thread& t = self();
  Process& p = own_process();
  const std::uint64_t others = threads_of_own() & ~bit(t.id);
  if (others != 0) {
    need_branching_unlocks();
    Op op;
    op.kind = EventKind::exit;
    op.footprint = Footprint::all;
    visible(op);
    if (auto* e = last_event()) e->note = "its other threads end";
  }
  p.state = Process::State::ending;
  for (std::uint64_t rest = others; rest != 0; rest &= rest - 1) {
    Thread& other = g.threads[std::countr_zero(rest)];
    other.state = Thread::State::finished;
    t.clock.join(other.clock);
  }
  g.alive &= ~others;
  g.spinners &= ~others;
  sync::abandon(p.threads);
  for (const ProcessPart& part : parts()) {
    if (part.end != nullptr) part.end(g.process);
  }
  Op op;
  op.kind = EventKind::exit;
  op.footprint = Footprint::write;
  op.address = token_of(g.process);
  visible(op);
  if (auto* e = last_event()) {
    e->result = status >> 8;
    e->address = 0;
    if ((status & 0x7f) != 0) e->note = "killed by signal " + std::to_string(status & 0x7f);
  }
  if (g.process == 0) {
    g.exit_status = status >> 8;
    if (g.options.report_leaks) {
      std::uint64_t block = 0;
      std::string leak = find_leak(&block);
      if (!leak.empty()) violation(Verdict::leak, std::move(leak));
    }
  }
  p.state = Process::State::ended;
  p.status = status;
  for (std::uint64_t rest = p.threads; rest != 0; rest &= rest - 1)
    p.known_at_end.join(g.threads[std::countr_zero(rest)].clock);
  changed();
  if (g.alive == bit(t.id)) end_execution(Ending::How::completed);
  finish_thread(nullptr);
}

bool can_be_reaped(const Op& op, int thread) {
  if (op.second != 0) return process(static_cast<int>(op.second)).state == Process::State::ended;
  std::uint64_t left = 0;
  for (std::uint64_t rest = process(g.threads[thread].process).children; rest != 0; rest &= rest - 1) {
    const int child = std::countr_zero(rest);
    if (process(child).state == Process::State::ended) return true;
    if (process(child).state != Process::State::reaped) left |= bit(child);
  }
  return left == 0;  // ECHILD: another thread has reaped the last one
}

int wait_for_process(int wanted, bool hang, int* status, std::uint64_t pc) {
  if (!g.forked) return -ECHILD;
  Process& own = own_process();
  const auto unreaped = [&] {
    std::uint64_t set = 0;
    for (std::uint64_t rest = own.children; rest != 0; rest &= rest - 1) {
      const int child = std::countr_zero(rest);
      if (process(child).state != Process::State::reaped && (wanted < 0 || wanted == child))
        set |= bit(child);
    }
    return set;
  };
  const bool alone = std::popcount(threads_of_own()) == 1;
  if (unreaped() == 0 && alone) return -ECHILD;
  Op op;
  op.kind = hang ? EventKind::wait : EventKind::poll;
  op.pc = pc;
  const bool one = std::popcount(unreaped()) == 1;
  // To wait for one process that nobody else can wait for is like joining a thread.
  if (hang && alone && one) {
    op.second = static_cast<std::uint64_t>(std::countr_zero(unreaped()));
  } else {
    op.footprint = Footprint::write;
    op.address = token_of(0);
    op.size = sizeof g_tokens;
  }
  visible(op);
  if (auto* e = last_event()) {
    e->address = 0;
    if (wanted > 0) e->second = static_cast<std::uint64_t>(wanted);
  }
  std::uint64_t ended = 0;
  for (std::uint64_t rest = unreaped(); rest != 0; rest &= rest - 1) {
    if (process(std::countr_zero(rest)).state == Process::State::ended) ended |= rest & -rest;
  }
  if (unreaped() == 0) return -ECHILD;
  if (ended == 0) return 0;
  int skip = alternative(std::popcount(ended));
  for (; skip > 0; --skip) ended &= ended - 1;
  const int reaped = std::countr_zero(ended);
  Process& child = process(reaped);
  child.state = Process::State::reaped;
  self().clock.join(child.known_at_end);
  self().visits.clear();
  changed();
  if (auto* e = last_event()) e->note = "T" + std::to_string(reaped) + "'s has ended";
  *status = child.status;
  return reaped;
}

void note_use_of_processes() { g_in_use = true; }

bool processes_in_use() { return g_in_use; }

void new_execution_of_processes() {
  if (!g_in_use) return;
  g_in_use = false;
  g.shared_memory.new_execution();
  for (const ProcessPart& part : parts()) {
    if (part.new_execution != nullptr) part.new_execution();
  }
  leave_spaces();
  if (g_ever == 0) return;
  for (std::uint64_t rest = g_ever; rest != 0; rest &= rest - 1) {
    const int p = std::countr_zero(rest);
    process(p).state = Process::State::unused;
    // A stack is wiped as far down as anybody used it.
    Thread& user = g.threads[p];
    if (user.slot != p)
      g.threads[user.slot].lowest_stack = std::min(g.threads[user.slot].lowest_stack, user.lowest_stack);
  }
  std::memset(g_forks, 0, sizeof g_forks);
  g_ever = 0;
  g.forked = false;
  g.exiting = false;
}

void execution_of_processes_ended() {
  if (!g_in_use) return;
  if (g.process != 0) {
    for (const ProcessPart& part : parts()) {
      if (part.leave != nullptr) part.leave(g.process);
      if (part.enter != nullptr) part.enter(0);
    }
  }
  g.process = 0;
  leave_spaces();
}

void note_private_block(std::uint64_t address, std::uint64_t size) {
  const int slot = g.arena.owner(reinterpret_cast<void*>(address));
  for (std::uint64_t rest = g_ever & ~bit(g.process); rest != 0; rest &= rest - 1) {
    const int number = std::countr_zero(rest);
    const Process& p = process(number);
    if (p.state == Process::State::alive && (p.inherited & bit(slot)) != 0)
      mark_elsewhere(number, address, size);
  }
}

bool is_private(std::uint64_t address) { return !SharedMemory::contains(address); }

std::uint8_t space_of(std::uint64_t address) {
  const bool own = g.arena.contains(reinterpret_cast<void*>(address)) || g.stacks.contains(address) ||
                   g.segments.contains(address);
  return own ? static_cast<std::uint8_t>(g.process + 1) : 0;
}

bool has_slot(int slot) {
  return g.threads[slot].process == g.process || (g.forked && (own_process().inherited & bit(slot)) != 0);
}

void check_stack_is_own(std::uint64_t address) {
  const int slot = g.stacks.owner(address);
  if (has_slot(slot)) return;
  violation(Verdict::crash, "T" + std::to_string(g.current) + " uses " + name_of(address) +
                                ", which is on the stack of T" + std::to_string(slot) +
                                " in another process");
}

}  // namespace selvage::machine
