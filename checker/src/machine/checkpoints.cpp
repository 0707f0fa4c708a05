#include "machine/checkpoints.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "machine/access.hpp"
#include "machine/bookkeeping.hpp"
#include "machine/changed_blocks.hpp"
#include "machine/output.hpp"
#include "machine/process.hpp"
#include "memory/weak_access.hpp"

namespace selvage::machine {

namespace {

/// Where the part of a stack begins that a new thread finds wiped (prepare_stack).
std::uint64_t wiped_from(const Thread& t) {
  const std::uint64_t below = !g.clean_stacks ? 512 : t.deep_remains ? kDeepFrames : kFrames;
  return std::max(t.lowest_stack - below, t.stack_low + Stacks::kGuard);
}

}  // namespace

bool Checkpoints::possible() {
  return !processes_in_use() && (!g.printed || Output::in_buffer()) && !g.watching && g.invariants.empty() &&
         !g.careful && !races_pending() && !memory::weak_writes_unsettled();
}

void Checkpoints::add(Checkpoint& c, std::uint64_t low, std::uint64_t high) {
  if (low >= high) return;
  const auto* from = reinterpret_cast<const unsigned char*>(low);
  c.ranges.push_back({low, static_cast<std::uint32_t>(high - low)});
  c.bytes.insert(c.bytes.end(), from, from + (high - low));
}

void Checkpoints::keep_memory(Checkpoint& c) {
  c.ranges.clear();
  c.bytes.clear();
  for (std::uint64_t rest = g.arena.used_threads(); rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    add(c, g.arena.begin(t), g.arena.end(t));
  }
  // Of data segments, what is not as it was before all executions: mostly little.
  static const ChangedBlocks::First first = ChangedBlocks::first();
  constexpr std::size_t kPage = ChangedBlocks::kPage, kBlock = ChangedBlocks::kBlock;
  for (const Segments::Page& page : g.segments.written()) {
    if (page.bound_low == 0 && page.bound_high == kPage) continue;  // all of it is the loader's
    const auto* now = reinterpret_cast<const unsigned char*>(page.address);
    for (std::size_t at = 0; (at = first(now, page.saved, at)) < kPage; at += kBlock) {
      add(c, page.address + at, page.address + std::min<std::size_t>(at + kBlock, page.bound_low));
      add(c, page.address + std::max<std::size_t>(at, page.bound_high), page.address + at + kBlock);
    }
  }
  c.foreign.clear();
  for (const auto& s : g.foreign.saved())
    c.foreign.push_back(*reinterpret_cast<const std::uint64_t*>(s.granule));
}

void Checkpoints::put_back_memory(const Checkpoint& c) {
  g.segments.restore();
  const unsigned char* from = c.bytes.data();
  for (const Range& range : c.ranges) {
    std::memcpy(reinterpret_cast<void*>(range.address), from, range.size);
    from += range.size;
  }
  const auto& foreign = g.foreign.saved();
  for (std::size_t i = 0; i < foreign.size(); ++i) {
    *reinterpret_cast<std::uint64_t*>(foreign[i].granule) =
        i < c.foreign.size() ? c.foreign[i] : foreign[i].value;
  }
}

/// What both have under the same names: in one function, so that what is kept is what is put back.
template <typename From, typename To>
void Checkpoints::copy_rest(const From& from, To& to) {
  to.read_holds = from.read_holds;
  to.idle = from.idle;
  to.wakes = from.wakes;
  to.wakes_progress = from.wakes_progress;
  to.spin_others = from.spin_others;
  to.timeouts = from.timeouts;
  to.clock.assign(from.clock);
  to.acquire_pending.assign(from.acquire_pending);
  to.release_fence.assign(from.release_fence);
  to.destructors = from.destructors;
  to.visits = from.visits;
  to.visits_progress = from.visits_progress;
  to.memory_then = from.memory_then;
  to.round_began = from.round_began;
  to.deep_remains = from.deep_remains;
}

void Checkpoints::keep_thread(KeptThread& to, const Thread& t) {
  to.state = t;
  to.past = t;
  copy_rest(t, to);
}

void Checkpoints::put_back(const KeptThread& from, Thread& t) {
  static_cast<ThreadState&>(t) = from.state;
  static_cast<ThreadPast&>(t) = from.past;
  copy_rest(from, t);
}

bool Checkpoints::keep(int slot) {
  std::size_t most = g.shadow.touched().size() * sizeof(race::Cell);
  for (int t = 0; t < g.thread_limit; ++t) most += g.arena.end(t) - g.arena.begin(t);
  if (most > kMostBytes) return false;
  if (all_[slot] == nullptr) all_[slot] = std::make_unique<Checkpoint>();
  Checkpoint& c = *all_[slot];
  keep_memory(c);
  c.used = used_threads();
  c.threads.resize(static_cast<std::size_t>(g.thread_limit));
  // The running thread may just have finished: it stands on its stack all the same.
  const std::uint64_t stacks = have_stacks() | bit(g.current);
  for (std::uint64_t rest = c.used; rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    const Thread& thread = g.threads[t];
    KeptThread& kept = c.threads[static_cast<std::size_t>(t)];
    keep_thread(kept, thread);
    kept.stack_from = 0;
    if ((stacks & bit(t)) == 0) continue;
    kept.stack_from = std::min(wiped_from(thread), thread.stack_pointer);
    add(c, kept.stack_from, g.stacks.top(t));
    add(c, g.thread_locals.low(t), g.thread_locals.high(t));
  }
  c.objects.resize(g.objects.count());
  for (std::uint32_t i = 0; i < g.objects.count(); ++i) c.objects[i] = g.objects[i];
  g.shadow.keep(&c.shadow);
  c.rest.clear();
  write_rest(c.rest);
  c.schedule = g.schedule;
  c.shared_stack = g.shared_stack;
  c.current = g.current;
  c.spinners = g.spinners;
  c.events = g.events;
  c.chosen = g.chosen;
  c.progress = g.progress;
  c.spin_progress = g.spin_progress;
  c.preemptions = g.preemptions;
  c.redundant = g.redundant;
  c.bounded = g.ending.bounded;
  return c.bytes.size() + c.shadow.bytes() <= kMostBytes;
}

void Checkpoints::go_to(int slot) {
  const Checkpoint& c = *all_[slot];
  new_execution_of_processes();  // the execution before may have had some
  for (int t = 0; t < g.thread_limit; ++t) {
    Thread& thread = g.threads[t];
    if ((c.used & bit(t)) == 0) {
      thread.state = Thread::State::unused;
      continue;
    }
    const KeptThread& kept = c.threads[static_cast<std::size_t>(t)];
    // Others may have gone deeper since than anybody had then.
    const std::uint64_t from = wiped_from(thread);
    if (kept.stack_from > from) std::memset(reinterpret_cast<void*>(from), 0, kept.stack_from - from);
    put_back(kept, thread);
  }
  put_back_memory(c);
  for (std::uint32_t i = 0; i < c.objects.size(); ++i) g.objects.restored(i) = c.objects[i];
  g.objects.set_count(static_cast<std::uint32_t>(c.objects.size()));
  g.shadow.put_back(c.shadow);
  state::Reader rest(c.rest.data());
  read_rest(rest);
  g.schedule = c.schedule;
  g.shared_stack = c.shared_stack;
  g.current = c.current;
  g.self = &g.threads[c.current];
  g.spinners = c.spinners;
  g.events = c.events;
  look_later();
  g.chosen = c.chosen;
  g.progress = c.progress;
  g.spin_progress = c.spin_progress;
  g.preemptions = c.preemptions;
  g.redundant = c.redundant;
  g.ending.how = Ending::How::running;
  g.ending.bounded = c.bounded;
  g.ending.threads = 0;
  g.invariants.clear();
  g.invariants_changed = true;
  new_execution_of_accesses();
  memory::new_weak_execution();
}

}  // namespace selvage::machine
