// Recording: an execution is repeated to tell the user about it, so everything may be slow and complete.
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unwind.h>

#include <algorithm>
#include <map>
#include <set>

#include "machine/access.hpp"
#include "machine/machine.hpp"
#include "machine/modules.hpp"
#include "machine/raw_syscall.hpp"

namespace selvage::machine {

namespace {

struct PlainAccess {
  std::size_t event;  // index in g_trace
  std::uint64_t address;
  std::uint32_t size;
};

std::vector<report::RawEvent> g_trace;
std::vector<bool> g_plain;                           // is g_trace[i] a plain access that may be left out?
std::int64_t g_unsettled[kMaxThreads];               // index of the write whose value is not in memory yet
std::map<std::uint64_t, std::int64_t> g_last_write;  // by address: the event that wrote there last
std::map<std::uint64_t, std::vector<std::uint64_t>> g_allocated;
std::map<std::uint32_t, std::int64_t> g_weak_events;  // by memory::EventRef: where it is in g_trace
struct RaceSide {
  int thread = -1;
  std::uint64_t address = 0;
  std::uint32_t size = 0;
  std::uint8_t flags = 0;
  std::int64_t event = -1;
  std::vector<std::uint64_t> holding;
};
RaceSide g_sides[2];
std::string g_race;                                 // the race that they are to be of
std::vector<std::vector<std::uint64_t>> g_holding;  // by event: what its thread held

constexpr std::size_t kMostEvents = 2'000'000;

struct Walk {
  CallStack stack;
  bool kept = false;  // is the frame visited last in the stack?
};

_Unwind_Reason_Code visit_frame(_Unwind_Context* context, void* data) {
  auto* walk = static_cast<Walk*>(data);
  const std::uint64_t pc = _Unwind_GetIP(context);
  // What the unwinder calls this frame's CFA is where the frame called from here begins.
  if (walk->kept) walk->stack.frames.back() = _Unwind_GetCFA(context);
  if (pc == 0) return _URC_END_OF_STACK;
  walk->kept = !in_runtime(pc);
  if (walk->kept) {
    walk->stack.calls.push_back(pc);
    walk->stack.frames.push_back(0);
  }
  constexpr std::size_t kMostFrames = 64;
  return walk->stack.calls.size() >= kMostFrames ? _URC_END_OF_STACK : _URC_NO_REASON;
}

std::uint64_t value_at(std::uint64_t address, std::uint32_t size) {
  // The program may be about to crash here: the kernel copies, or does not.
  std::uint64_t value = 0;
  const iovec to{&value, size < 8 ? size : 8};
  const iovec from{reinterpret_cast<void*>(address), to.iov_len};
  raw_syscall(SYS_process_vm_readv, raw_syscall(SYS_getpid), reinterpret_cast<long>(&to), 1,
              reinterpret_cast<long>(&from), 1, 0);
  return value;
}

std::int64_t writer_of(std::uint64_t address) {
  const auto at = g_last_write.find(address);
  return at == g_last_write.end() ? -1 : at->second;
}

bool is_atomic(EventKind kind) {
  return kind == EventKind::atomic_load || kind == EventKind::atomic_store || kind == EventKind::atomic_rmw ||
         kind == EventKind::atomic_cas;
}

report::RawEvent& append(bool plain) {
  g_trace.emplace_back();
  g_plain.push_back(plain);
  g_holding.push_back(self().holding);
  return g_trace.back();
}

}  // namespace

CallStack call_stack() {
  Walk walk;
  _Unwind_Backtrace(visit_frame, &walk);
  return std::move(walk.stack);
}

std::vector<std::uint64_t> backtrace() { return call_stack().calls; }

void start_recording(const std::string& race) {
  g_race = race;
  g_trace.clear();
  g_plain.clear();
  g_holding.clear();
  g_last_write.clear();
  g_weak_events.clear();
  g_allocated.clear();
  std::fill(std::begin(g_unsettled), std::end(g_unsettled), -1);
  for (RaceSide& side : g_sides) side = RaceSide{};
}

void record_event(const Op& op, int thread) {
  if (g_trace.size() >= kMostEvents) return;
  settle_write(thread);
  // record_access and record_free follow
  if (op.kind == EventKind::plain_read || op.kind == EventKind::plain_write || op.kind == EventKind::free)
    return;
  if (op.kind == EventKind::preempt) return;
  report::RawEvent& e = append(false);
  e.thread = thread;
  e.kind = op.kind;
  e.address = op.address;
  e.size = op.size;
  e.order = op.order;
  e.second = op.second;
  CallStack stack = thread == g.current ? call_stack() : g.threads[thread].pending_stack;
  e.stack = std::move(stack.calls);
  e.frames = std::move(stack.frames);
}

report::RawEvent* last_event() { return g.recording && !g_trace.empty() ? &g_trace.back() : nullptr; }

void note_value_source(bool writes) {
  report::RawEvent& e = g_trace.back();
  if (e.has_read) e.reads_from = writer_of(e.address);
  if (writes) g_last_write[e.address] = static_cast<std::int64_t>(g_trace.size() - 1);
}

void note_weak_source(std::uint32_t event, std::uint32_t source, bool read) {
  if (g_trace.empty()) return;
  g_weak_events[event] = static_cast<std::int64_t>(g_trace.size() - 1);
  if (!read) return;
  const auto from = g_weak_events.find(source);
  g_trace.back().reads_from = from == g_weak_events.end() ? -1 : from->second;
}

void settle_write(int thread) {
  std::int64_t& index = g_unsettled[thread];
  if (index < 0) return;
  report::RawEvent& e = g_trace[static_cast<std::size_t>(index)];
  e.written = value_at(e.address, e.size);
  index = -1;
}

namespace {

/// Does the read find something else than what was written there? Then a write without a hook has come between: of a library,
/// or of a function that has a variable where another's was.
bool overwritten_unseen(const report::RawEvent& read) {
  const report::RawEvent& write = g_trace[static_cast<std::size_t>(read.reads_from)];
  return g_unsettled[write.thread] != read.reads_from && write.address == read.address &&
         write.size == read.size && write.written != read.read;
}

}  // namespace

void record_access(std::uint64_t address, std::uint32_t size, bool write, std::uint64_t pc) {
  static_cast<void>(pc);
  if (g_trace.size() >= kMostEvents) return;
  Thread& t = self();
  settle_write(t.id);
  report::RawEvent& e = append(true);
  e.thread = t.id;
  e.kind = write ? EventKind::plain_write : EventKind::plain_read;
  e.address = address;
  e.size = size;
  e.has_read = !write;
  e.has_write = write;
  const auto index = static_cast<std::int64_t>(g_trace.size() - 1);
  if (write) {
    g_unsettled[t.id] = index;
    g_last_write[address] = index;
  } else {
    e.read = value_at(address, size);
    e.reads_from = writer_of(address);
    if (e.reads_from >= 0 && overwritten_unseen(e)) e.reads_from = -1;
  }
  // Most of these rows are dropped again; the stack is needed for those that stay.
  CallStack stack = call_stack();
  e.stack = std::move(stack.calls);
  e.frames = std::move(stack.frames);
}

void record_free(std::uint64_t address, std::uint32_t size) {
  record_access(address, size, true, 0);
  if (g_trace.empty()) return;
  g_trace.back().kind = EventKind::free;
  g_trace.back().has_write = false;
  g_unsettled[self().id] = -1;
}

void note_allocation(void* block) { g_allocated[reinterpret_cast<std::uint64_t>(block)] = backtrace(); }

void note_race_access(const std::string& race, int index, int thread, std::uint64_t address,
                      std::uint32_t size, std::uint8_t flags) {
  if (race != g_race || g_sides[1].thread >= 0) return;
  RaceSide& side = g_sides[index];
  side.thread = thread;
  side.address = address;
  side.size = size;
  side.flags = flags;
  // The earlier access is that thread's last event that overlaps and is as strong.
  for (std::size_t i = g_trace.size(); i-- > 0;) {
    const report::RawEvent& e = g_trace[i];
    if (e.thread != thread || e.address >= address + size || address >= e.address + e.size) continue;
    const bool writes = e.kind == EventKind::plain_write || e.kind == EventKind::free ||
                        e.kind == EventKind::atomic_store || e.kind == EventKind::atomic_rmw ||
                        e.kind == EventKind::atomic_cas;
    const bool reads = e.kind == EventKind::plain_read || e.kind == EventKind::atomic_load ||
                       e.kind == EventKind::atomic_rmw || e.kind == EventKind::atomic_cas;
    if ((flags & race::kWrite) != 0 ? !writes : !reads) continue;
    if (((flags & race::kAtomic) != 0) != is_atomic(e.kind)) continue;
    side.event = static_cast<std::int64_t>(i);
    side.holding = g_holding[i];
    break;
  }
}

void finish_recording(report::RawViolation& violation) {
  for (int t = 0; t < kMaxThreads; ++t) settle_write(t);
  // Plain accesses stay where another thread touched the same place and somebody wrote, and in races.
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> by_granule;  // readers, writers
  for (std::size_t i = 0; i < g_trace.size(); ++i) {
    const report::RawEvent& e = g_trace[i];
    if (!g_plain[i]) continue;
    auto& [readers, writers] = by_granule[e.address & ~7ULL];
    (e.has_read ? readers : writers) |= bit(e.thread);
  }
  std::vector<std::int64_t> moved(g_trace.size(), -1);
  for (std::size_t i = 0; i < g_trace.size(); ++i) {
    report::RawEvent& e = g_trace[i];
    bool keep = !g_plain[i];
    if (!keep) {
      const auto& [readers, writers] = by_granule[e.address & ~7ULL];
      const std::uint64_t all = readers | writers;
      keep = writers != 0 && (all & (all - 1)) != 0;
    }
    for (const RaceSide& side : g_sides) keep = keep || side.event == static_cast<std::int64_t>(i);
    if (!keep) continue;
    moved[i] = static_cast<std::int64_t>(violation.trace.size());
    violation.trace.push_back(std::move(e));
  }
  for (report::RawEvent& e : violation.trace) {
    if (e.reads_from >= 0) e.reads_from = moved[static_cast<std::size_t>(e.reads_from)];
  }
  if (violation.kind == Verdict::data_race && g_sides[1].thread >= 0) {
    for (const RaceSide& side : g_sides) {
      report::RawAccess a;
      a.thread = side.thread;
      a.write = (side.flags & race::kWrite) != 0;
      a.atomic = (side.flags & race::kAtomic) != 0;
      a.address = side.address;
      a.size = side.size;
      a.event = side.event >= 0 ? static_cast<std::uint64_t>(moved[static_cast<std::size_t>(side.event)]) : 0;
      if (side.event >= 0) {
        a.address = violation.trace[a.event].address;
        a.size = violation.trace[a.event].size;
      }
      a.holding = side.holding;
      violation.accesses.push_back(std::move(a));
    }
  }
  for (const auto& [block, stack] : g_allocated) {
    report::RawRegion r;
    r.kind = report::RawRegion::Kind::heap;
    r.low = block;
    r.high = block + std::max<std::uint64_t>(Arena::header(reinterpret_cast<void*>(block))->size, 1);
    r.thread = g.arena.owner(reinterpret_cast<void*>(block));
    r.stack = stack;
    violation.regions.push_back(std::move(r));
  }
  g.shared_memory.for_each_in_use([&violation](std::uint64_t low, std::uint64_t high) {
    report::RawRegion r;
    r.kind = report::RawRegion::Kind::shared;
    r.low = low;
    r.high = high;
    const bool object = low >= SharedMemory::kObjectsBase;
    r.thread = object ? -1 : static_cast<int>((low - SharedMemory::kBase) / SharedMemory::kBytesPerThread);
    violation.regions.push_back(std::move(r));
  });
  for (int t = 0; t < g.thread_limit; ++t) {
    report::RawRegion r;
    r.kind = report::RawRegion::Kind::stack;
    r.low = g.stacks.low(t);
    r.high = g.stacks.top(t);
    r.thread = t;
    violation.regions.push_back(std::move(r));
  }
}

}  // namespace selvage::machine
