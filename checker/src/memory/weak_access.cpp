#include "memory/weak_access.hpp"

#include <cstring>
#include <utility>
#include <vector>

#include "machine/access.hpp"
#include "machine/machine.hpp"
#include "machine/waiter_pool.hpp"
#include "memory/orders.hpp"

namespace selvage::memory {

using machine::EventKind;
using machine::g;
using machine::self;
using machine::Thread;

namespace {

/// A plain write that has been announced; its value is not in memory yet.
struct Unsettled {
  EventRef event;
  std::uint64_t address = 0;
  std::uint32_t size = 0;
  bool latest = true;
};
std::vector<Unsettled> g_unsettled[machine::kMaxThreads];

Clocks clocks_of(Thread& t) {
  return {t.id, t.clock, t.acquire_pending, t.release_fence, t.has_release_fence};
}

Value value_in_memory(std::uint64_t address, std::uint32_t size) {
  Value v;
  std::memcpy(&v, reinterpret_cast<const void*>(address), size);
  return v;
}

void put_in_memory(std::uint64_t address, std::uint32_t size, const Value& v) {
  std::memcpy(reinterpret_cast<void*>(address), &v, size);
}

void unless_done(const Performed& result) {
  switch (result.how) {
    case Performed::How::done:
      return;
    case Performed::How::overlap:
      machine::unsupported("atomic accesses of different sizes to the same bytes (with --model rc11)");
    case Performed::How::impossible:
      machine::end_execution(machine::Ending::How::cut);
    case Performed::How::diverged:
      machine::violation(
          Verdict::nondeterministic,
          "the program did something else when the same schedule was replayed: " + g.strategy->explanation());
  }
}

void strong_fence(std::uint64_t pc) {
  Performed result;
  if (!g.weak->barrier(pc, clocks_of(self()))) result.how = Performed::How::diverged;
  unless_done(result);
}

/// What the schedule needs to come to the same again.
void note_choice(const Performed& result) {
  if (result.was_choice) {
    g.schedule.push_back(
        static_cast<std::uint16_t>(machine::kAlternative | static_cast<unsigned>(result.newer)));
  }
}

}  // namespace

void new_weak_execution() {
  for (auto& unsettled : g_unsettled) unsettled.clear();
}

bool weak_writes_unsettled() {
  for (int t = 0; t < g.thread_limit; ++t) {
    if (!g_unsettled[t].empty()) return true;
  }
  return false;
}

void settle_weak_write(int thread) {
  auto& unsettled = g_unsettled[thread];
  if (unsettled.empty()) return;
  if (g.recording) machine::settle_write(thread);
  for (const Unsettled& u : unsettled) {
    g.weak->value_is(u.event, value_in_memory(u.address, u.size));
    if (!u.latest) put_in_memory(u.address, u.size, g.weak->newest(u.address));
  }
  unsettled.clear();
}

Performed weak_access(EventKind kind, Access access, const volatile void* address, std::uint32_t size,
                      int order, int failure_order, std::uint64_t pc, const Change& change) {
  const auto at = reinterpret_cast<std::uint64_t>(address);
  machine::Op op;
  op.kind = kind;
  op.footprint = access == Access::read ? machine::Footprint::read : machine::Footprint::write;
  op.order = static_cast<std::int8_t>(order);
  op.address = at;
  op.size = size;
  op.pc = pc;
  // libstdc++ says who waits, and asks, with seq_cst accesses to its table alone. That takes a fence between them and the
  // accesses to what is waited for, which rc11 does not see there, but every machine and the kernel's futex have.
  const bool waits = machine::in_waiter_pool(at);
  if (waits) strong_fence(pc);
  machine::visible(op);
  machine::watch_atomic(at, size);
  Thread& t = self();
  const AtomicAccess what{t.id, access, static_cast<std::uint8_t>(kind), order, failure_order, at,
                          size, pc,     value_in_memory(at, size)};
  // A write races before it is handed on, a read after what it learns.
  if (access == Access::write) machine::atomic_access(at, size, race::kWrite, pc);
  const std::uint32_t epoch = t.clock.at[t.id];
  const Performed result = g.weak->perform(what, clocks_of(t), change);
  unless_done(result);
  note_choice(result);
  if (access != Access::write) {
    // It was done before what it handed on.
    const std::uint32_t later = t.clock.at[t.id];
    t.clock.at[t.id] = epoch;
    machine::atomic_access(at, size, result.wrote ? race::kWrite : race::kRead, pc);
    t.clock.at[t.id] = later;
  }
  if (result.wrote) {
    if (access == Access::write || !(result.read == result.written)) machine::changed();
    if (result.latest) put_in_memory(at, size, result.written);
  }
  if (waits) strong_fence(pc);
  machine::note_round_memory();
  if (g.recording) {
    if (report::RawEvent* e = machine::last_event()) {
      e->has_read = access != Access::write;
      e->read = result.read.low;
      e->has_write = result.wrote;
      e->written = result.written.low;
      machine::note_weak_source(result.event.bits, result.source.bits, e->has_read);
    }
  }
  return result;
}

namespace {

/// Of the parts of `op` that are events, by address: makes `part` the one after number `last` of g.visible; -1: the first.
int next_part(const machine::Op& op, int last, machine::Op* part) {
  if (last >= 0 && g.visible.size() == 1) return -1;
  const auto before = [](int a, int b) {
    return std::pair(g.visible[static_cast<std::size_t>(a)].first, a) <
           std::pair(g.visible[static_cast<std::size_t>(b)].first, b);
  };
  int next = -1;
  for (int i = 0; i < static_cast<int>(g.visible.size()); ++i) {
    const auto& [address, size] = g.visible[static_cast<std::size_t>(i)];
    if (address >= op.address + op.size || op.address >= address + size) continue;
    if (address < op.address || address + size > op.address + op.size) {
      machine::unsupported(
          "racing accesses of different sizes to the same bytes, in a search for execution graphs");
    }
    if ((last < 0 || before(last, i)) && (next < 0 || before(i, next))) next = i;
  }
  if (next < 0) return -1;
  part->address = g.visible[static_cast<std::size_t>(next)].first;
  part->size = g.visible[static_cast<std::size_t>(next)].second;
  return next;
}

}  // namespace

// What is in its frame must not be elsewhere: executions are taken up from where others stood (machine/checkpoints.hpp).
void weak_plain_access(const machine::Op& op) {
  Thread& t = self();
  const bool write = op.kind == EventKind::plain_write;
  machine::Op part = op;
  // A write is one step, however large: its value is known only when all of it has happened.
  bool first = true;
  for (int i = next_part(op, -1, &part); i >= 0; i = next_part(op, i, &part)) {
    if (first || !write) machine::visible(part);
    first = false;
    const AtomicAccess what{t.id,
                            write ? Access::write : Access::read,
                            static_cast<std::uint8_t>(part.kind),
                            kRelaxed,
                            -1,
                            part.address,
                            part.size,
                            part.pc,
                            value_in_memory(part.address, part.size)};
    const Performed result =
        g.weak->perform(what, clocks_of(t), [](const Value&) { return std::optional<Value>(Value{}); });
    unless_done(result);
    note_choice(result);
    if (write) {
      g_unsettled[t.id].push_back({result.event, part.address, part.size, result.latest});
    } else {
      put_in_memory(part.address, part.size, result.read);
    }
  }
  if (!write) machine::note_round_memory();
}

std::uint32_t weak_futex_word(std::uint64_t word, const race::VectorClock& seen, std::uint64_t pc) {
  Thread& t = self();
  machine::watch_atomic(word, 4);
  race::VectorClock now;
  now.assign(t.clock);
  now.join(seen);
  Clocks clocks = clocks_of(t);
  const AtomicAccess what{
      t.id, Access::update,          static_cast<std::uint8_t>(EventKind::futex_wait), kRelaxed, -1, word, 4,
      pc,   value_in_memory(word, 4)};
  // A read-modify-write that changes nothing: it cannot come between a write and the one that replaced it.
  const Performed result = g.weak->perform(
      what, {t.id, now, clocks.acquire_pending, clocks.release_fence, clocks.has_release_fence},
      [](const Value& old) { return std::optional<Value>(old); });
  unless_done(result);
  note_choice(result);
  return static_cast<std::uint32_t>(result.read.low);
}

void weak_fence(int order, std::uint64_t pc) {
  machine::Op op;
  op.kind = EventKind::fence;
  op.order = static_cast<std::int8_t>(order);
  op.pc = pc;
  machine::eager(op);
  if (g.weak->fence(order, pc, clocks_of(self()))) return;
  Performed diverged;
  diverged.how = Performed::How::diverged;
  unless_done(diverged);
}

void weak_forget(std::uint64_t address, std::uint64_t size) { g.weak->forget(address, size); }

}  // namespace selvage::memory
