#include "machine/snapshot.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "machine/exit_handlers.hpp"
#include "race/canonical.hpp"

namespace selvage::machine {

namespace {

using state::BlobId;
using state::Reader;
using state::Writer;

/// In place of a page that is as it was before the exploration.
constexpr BlobId kUnwritten = ~BlobId{0};

// How a State begins; the pieces of its threads follow, then memory, and last the times and whether they matter.
enum Place : std::size_t { kThreads, kMachine, kHistory, kObjects, kForeign, kOthers, kInvariants, kFixed };
constexpr std::size_t kTail = 2;

std::vector<StatePart>& parts() {
  static auto* list = new std::vector<StatePart>;
  return *list;
}

// What belongs to a state, field by field: once for writing and reading.

template <typename Archive>
void clock_state(Archive& a, race::VectorClock& clock) {
  a(clock.size);
  for (std::uint32_t i = 0; i < clock.size; ++i) a(clock.at[i]);
}

template <typename Archive>
void op_state(Archive& a, Op& op) {
  a(op.kind)(op.footprint)(op.order)(op.needs_notify)(op.or_timed_out)(op.size)(op.address)(op.second)(op.waits_on);
  a(op.object)(op.pc);
}

template <typename Archive>
void thread_state(Archive& a, Thread& t) {
  a(t.state);
  if (t.state == Thread::State::unused) return;
  a(t.notified)(t.timed_out)(t.timed_wait)(t.forced_time_out)(t.detached)(t.joined)(t.read_clock)(t.starter);
  a(t.stack_pointer)(t.children)(t.routine)(t.argument)(t.result)(t.has_release_fence);
  op_state(a, t.pending);
  clock_state(a, t.clock);
  clock_state(a, t.acquire_pending);
  clock_state(a, t.release_fence);
  a.list(t.read_holds, [](auto& each, Thread::ReadHold& hold) { each(hold.lock)(hold.again); });
  a.list(t.timeouts, [](auto& each, Thread::TimeOuts& outs) { each(outs.site)(outs.count)(outs.progress); });
  a.list(t.destructors, [](auto& each, auto& destructor) { each(destructor.first)(destructor.second); });
}

template <typename Archive>
void object_state(Archive& a, sync::Object& o) {
  a(o.address)(o.next)(o.kind)(o.destroyed)(o.busy)(o.done)(o.owner)(o.depth)(o.value)(o.readers)(o.waiters);
  clock_state(a, o.released);
  clock_state(a, o.readers_released);
}

/// Whose stacks are part of the state: main's is there until the process ends, although main may have called pthread_exit.
std::uint64_t have_stacks() { return g.alive | (g.threads[0].state == Thread::State::finished ? 1 : 0); }

/// The virtual times in all clocks: apart, since they matter only once somebody looks at a clock.
template <typename Archive>
void times(Archive& a) {
  for (int t = 0; t < g.thread_limit; ++t) {
    Thread& thread = g.threads[t];
    if (thread.state == Thread::State::unused) continue;
    a(thread.clock.time)(thread.acquire_pending.time)(thread.release_fence.time);
  }
  for (std::uint32_t i = 0; i < g.objects.count(); ++i) a(g.objects[i].released.time)(g.objects[i].readers_released.time);
}

bool somebody_looked_at_a_clock() {
  for (int t = 0; t < g.thread_limit; ++t) {
    if (g.threads[t].state != Thread::State::unused && g.threads[t].read_clock) return true;
  }
  return false;
}

template <typename Archive>
void machine_state(Archive& a) {
  a(g.alive)(g.exiting)(g.exit_status)(g.has_outcome)(g.outcome)(g.watching)(g.race_ignored)(g.printed);
  g.arena.state(a);
  exit_handlers().state(a);
}

/// What a thread is sure to know before it accesses anything again, it may know already: who waits for a lock will know what
/// its last holder knew (who holds it until then knows that as well), who waits for a thread to end what that one knows.
void know_ahead() {
  bool joins = false;
  for (std::uint64_t rest = g.alive; rest != 0; rest &= rest - 1) {
    Thread& t = g.threads[std::countr_zero(rest)];
    const Op& op = t.pending;
    if (op.or_timed_out) continue;
    if (op.kind == EventKind::lock || op.kind == EventKind::read_lock || op.kind == EventKind::write_lock) {
      t.clock.join(op.object->released);
      if (op.kind == EventKind::write_lock) t.clock.join(op.object->readers_released);
    }
    joins = joins || op.kind == EventKind::join;
  }
  // Along chains of threads that join each other.
  for (int pass = 0; joins && pass < std::popcount(g.alive); ++pass) {
    for (std::uint64_t rest = g.alive; rest != 0; rest &= rest - 1) {
      Thread& t = g.threads[std::countr_zero(rest)];
      if (t.pending.kind == EventKind::join) t.clock.join(g.threads[t.pending.second].clock);
    }
  }
}

/// What only tells how the threads got where they are, or only matters with it.
void forget_the_way() {
  know_ahead();
  static race::History history;  // its vectors' memory is used again
  history.shadow = &g.shadow;
  history.alive = g.alive;
  history.others.clear();
  history.clocks.assign(static_cast<std::size_t>(g.thread_limit), nullptr);
  for (int i = 0; i < g.thread_limit; ++i) {
    Thread& t = g.threads[i];
    if (t.state == Thread::State::unused) continue;
    if (t.state == Thread::State::alive) {
      history.clocks[static_cast<std::size_t>(i)] = &t.clock;
    } else {
      history.others.push_back(&t.clock);
      if (i != 0) t.stack_pointer = 0;
    }
    history.others.push_back(&t.acquire_pending);
    history.others.push_back(&t.release_fence);
    std::erase_if(t.timeouts, [](const Thread::TimeOuts& outs) { return outs.progress != g.progress; });
    for (auto& outs : t.timeouts) outs.progress = 0;
    t.failed_try = false;
  }
  for (std::uint32_t i = 0; i < g.objects.count(); ++i) {
    history.others.push_back(&g.objects[i].released);
    history.others.push_back(&g.objects[i].readers_released);
  }
  race::make_canonical(history);
  g.progress = 0;
}

}  // namespace

void add_state_part(StatePart part) { parts().push_back(part); }

template <typename Write>
BlobId Snapshots::written(Last& last, Write write) {
  writer_.clear();
  write(writer_);
  if (!last.known || !blobs_.equal(last.id, writer_.data(), writer_.size())) {
    last = {blobs_.intern(writer_.data(), writer_.size()), true};
  }
  return last.id;
}

std::pair<std::uint64_t, std::size_t> Snapshots::chunk(std::uint64_t low, std::uint64_t high, std::size_t index,
                                                       From from) {
  const std::uint64_t begin = from == From::low ? low + index * kChunk : std::max(low, high - (index + 1) * kChunk);
  const std::uint64_t end = from == From::low ? std::min(high, begin + kChunk) : high - index * kChunk;
  return {begin, end - begin};
}

/// Memory of the state that the machine is in, but data segments: visit(region, low, high, from) in the order of a State.
template <typename Self, typename Visit>
void Snapshots::each_region(Self& self, Visit visit) {
  for (std::uint64_t rest = have_stacks(); rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    visit(self.stacks_[t], g.threads[t].stack_pointer, g.stacks.top(t), From::high);
    visit(self.locals_[t], g.thread_locals.low(t), g.thread_locals.high(t), From::low);
  }
  for (std::uint64_t rest = g.arena.used_threads(); rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    visit(self.heaps_[t], g.arena.begin(t), g.arena.end(t), From::low);
  }
}

BlobId Snapshots::take_region(Region& region, std::uint64_t low, std::uint64_t high, From from) {
  const auto* memory = reinterpret_cast<const unsigned char*>(low);
  const std::size_t size = high - low;
  const bool in_place = region.known && region.low == low && region.bytes.size() == size;
  if (in_place && state::same_bytes(region.bytes.data(), memory, size)) return region.id;
  const std::size_t count = (size + kChunk - 1) / kChunk;
  const std::size_t before = region.known ? region.chunks.size() : 0;
  region.chunks.resize(count);
  if (!in_place) region.bytes.assign(memory, memory + size);
  for (std::size_t i = 0; i < count; ++i) {
    const auto [begin, length] = chunk(low, high, i, from);
    const auto* bytes = reinterpret_cast<const void*>(begin);
    if (i < before && blobs_.equal(region.chunks[i], bytes, length)) continue;
    region.chunks[i] = blobs_.intern(bytes, length);
    if (in_place) std::memcpy(region.bytes.data() + (begin - low), bytes, length);
  }
  region.id = blobs_.intern(region.chunks.data(), count * sizeof(BlobId));
  region.low = low;
  region.known = true;
  return region.id;
}

void Snapshots::restore_region(Region& region, BlobId id, std::uint64_t low, std::uint64_t high, From from) {
  if (region.known && region.id == id) return;
  const auto* chunks = reinterpret_cast<const BlobId*>(blobs_.data(id));
  const std::size_t count = blobs_.size(id) / sizeof(BlobId);
  const std::size_t before = region.known ? region.chunks.size() : 0;
  const bool in_place = region.known && region.low == low && region.bytes.size() == high - low;
  region.chunks.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (i < before && region.chunks[i] == chunks[i]) continue;
    const auto [begin, length] = chunk(low, high, i, from);
    std::memcpy(reinterpret_cast<void*>(begin), blobs_.data(chunks[i]), length);
    if (in_place) std::memcpy(region.bytes.data() + (begin - low), blobs_.data(chunks[i]), length);
    region.chunks[i] = chunks[i];
  }
  const auto* memory = reinterpret_cast<const unsigned char*>(low);
  if (!in_place) region.bytes.assign(memory, memory + (high - low));
  region.id = id;
  region.low = low;
  region.known = true;
}

/// Pages that have been written since the last time, without the addresses in them that the loader binds when they are first
/// used: those stay bound.
void Snapshots::find_data() {
  const auto& pages = g.segments.written();
  for (; pages_seen_ < pages.size(); ++pages_seen_) {
    const Segments::Page& page = pages[pages_seen_];
    const auto add = [&](std::uint64_t begin, std::uint64_t end) {
      if (begin == end) return;
      Data data{page.address + begin, page.address + end, page.saved + begin, {}, 0};
      Region saved;
      const auto low = reinterpret_cast<std::uint64_t>(data.saved);
      data.initial = take_region(saved, low, low + (end - begin), From::low);
      data_.push_back(std::move(data));
    };
    add(0, page.bound_low);
    add(page.bound_high, 4096);
  }
}

void Snapshots::take(State* state) {
  forget_the_way();
  state->clear();
  int threads = g.thread_limit;
  while (threads > 0 && g.threads[threads - 1].state == Thread::State::unused) --threads;
  state->push_back(static_cast<BlobId>(threads));
  state->push_back(written(last_[kMachine], [](Writer& a) { machine_state(a); }));
  state->push_back(written(last_[kHistory], [](Writer& a) {
    for (const std::uint64_t granule : g.shadow.touched()) {
      race::Cell* cell = g.shadow.cell(granule);
      const auto [records, count] = g.shadow.records(cell);
      a(granule)(cell->object)(static_cast<std::uint32_t>(cell->shared))(count);
      for (std::uint32_t i = 0; i < count; ++i) a(records[i]);
    }
  }));
  state->push_back(written(last_[kObjects], [](Writer& a) {
    for (std::uint32_t i = 0; i < g.objects.count(); ++i) object_state(a, g.objects[i]);
  }));
  state->push_back(written(last_[kForeign], [](Writer& a) {
    const auto& all = g.foreign.saved();
    std::size_t count = all.size();
    while (count > 0 && *reinterpret_cast<const std::uint64_t*>(all[count - 1].granule) == all[count - 1].value) --count;
    for (std::size_t i = 0; i < count; ++i) a(*reinterpret_cast<const std::uint64_t*>(all[i].granule));
  }));
  state->push_back(written(last_[kOthers], [&](Writer& a) {
    for (const StatePart& part : parts()) part.write(a);
    if (g.printed) output_->state(a);
  }));
  state->push_back(invariants_now());
  for (int t = 0; t < threads; ++t) {
    state->push_back(written(last_thread_[t], [t](Writer& a) { thread_state(a, g.threads[t]); }));
  }
  // What is not part of this state may still have been changed by the step that led to it.
  for (int t = 0; t < g.thread_limit; ++t) {
    if (t >= threads) last_thread_[t].known = false;
    if ((have_stacks() & bit(t)) == 0) stacks_[t].known = locals_[t].known = false;
    if ((g.arena.used_threads() & bit(t)) == 0) heaps_[t].known = false;
  }
  each_region(*this, [&](Region& region, std::uint64_t low, std::uint64_t high, From from) {
    state->push_back(take_region(region, low, high, from));
  });
  find_data();
  for (Data& data : data_) {
    // States from before a page was written for the first time do not have it.
    const BlobId id = take_region(data.region, data.low, data.high, From::low);
    state->push_back(id == data.initial ? kUnwritten : id);
  }
  while (state->back() == kUnwritten) state->pop_back();
  // Last, so that the hash can do without. As in a round (machine/spin.cpp), time makes no difference to whom does not look.
  state->push_back(written(last_times_, [](Writer& a) { times(a); }));
  state->push_back(somebody_looked_at_a_clock() ? 1 : 0);
}

void Snapshots::restore_history(const unsigned char* from, const unsigned char* end) {
  for (const std::uint64_t granule : g.shadow.touched()) g.shadow.discard(g.shadow.cell(granule));
  g.shadow.forget_touched();
  Reader cells(from);
  while (cells.at() != end) {
    std::uint64_t granule = 0;
    std::uint32_t object = 0, shared = 0, count = 0;
    cells(granule)(object)(shared)(count);
    records_.resize(count);
    for (race::Record& record : records_) cells(record);
    race::Cell* cell = g.shadow.fresh_cell(granule);
    cell->object = object;
    cell->shared = static_cast<std::uint8_t>(shared);
    g.shadow.set_records(cell, records_.data(), count);
  }
}

void Snapshots::restore(const State& state) {
  if (!known_) forget_what_is_there();
  known_ = true;
  const bool printed = g.printed;
  std::size_t at = 0;
  const auto threads = static_cast<int>(state[at++]);
  // The next piece, where it is not what is there already.
  const auto changed = [&](Last& last) {
    const BlobId id = state[at++];
    if (last.known && last.id == id) return static_cast<const unsigned char*>(nullptr);
    last = {id, true};
    return blobs_.data(id);
  };
  if (const unsigned char* from = changed(last_[kMachine]); from != nullptr) {
    Reader machine(from);
    machine_state(machine);
  }
  if (const unsigned char* from = changed(last_[kHistory]); from != nullptr) {
    restore_history(from, from + blobs_.size(last_[kHistory].id));
  }
  if (const unsigned char* from = changed(last_[kObjects]); from != nullptr) {
    Reader objects(from);
    std::uint32_t count = 0;
    for (const unsigned char* end = from + blobs_.size(last_[kObjects].id); objects.at() != end;) {
      object_state(objects, g.objects.restored(count++));
    }
    g.objects.set_count(count);
  }
  const auto reader = [&] { return Reader(blobs_.data(state[at])); };
  Reader foreign = reader();
  const std::size_t written_then = blobs_.size(state[at]) / 8;
  for (std::size_t i = 0; i < g.foreign.saved().size(); ++i) {
    const auto& saved = g.foreign.saved()[i];
    if (i < written_then) {
      foreign(*reinterpret_cast<std::uint64_t*>(saved.granule));
    } else {
      *reinterpret_cast<std::uint64_t*>(saved.granule) = saved.value;
    }
  }
  ++at;
  Reader rest_of_it = reader();
  for (const StatePart& part : parts()) part.read(rest_of_it);
  if (g.printed) {
    output_->state(rest_of_it);
  } else if (printed) {
    output_->clear();
  }
  ++at;
  if (g.invariants_changed || state[at] != invariants_known_) {
    invariants_known_ = state[at];
    if (invariants_known_ == 0) {
      g.invariants.clear();
    } else {
      g.invariants = invariants_[invariants_known_ - 1];
    }
    g.invariants_changed = false;
  }
  ++at;
  for (int t = 0; t < g.thread_limit; ++t) {
    if (t >= threads) {
      g.threads[t].state = Thread::State::unused;
      last_thread_[t].known = false;
      continue;
    }
    Thread& thread = g.threads[t];
    if (const unsigned char* from = changed(last_thread_[t]); from != nullptr) {
      Reader a(from);
      thread_state(a, thread);
    }
    // What only tells how it got there must not get into the frames to come by way of the runtime.
    thread.spinning = thread.failed_try = thread.stutters = false;
    thread.own_progress = thread.own_writes = thread.acquisitions = thread.seen_holding = 0;
    thread.announced = thread.standing = thread.choices = 0;
    thread.plain_since_event = 0;
    thread.eager_in_a_row = 0;
  }
  each_region(*this, [&](Region& region, std::uint64_t low, std::uint64_t high, From from) {
    restore_region(region, state[at++], low, high, from);
  });
  find_data();
  for (Data& data : data_) {
    const BlobId id = at + kTail < state.size() ? state[at++] : kUnwritten;
    restore_region(data.region, id == kUnwritten ? data.initial : id, data.low, data.high, From::low);
  }
  Reader clocks(blobs_.data(state[state.size() - kTail]));
  times(clocks);
  last_times_ = {state[state.size() - kTail], true};
  g.spinners = 0;
  g.redundant = false;
  g.progress = g.chosen = 0;
  g.shared_stack.clear();
}

void Snapshots::forget_what_is_there() {
  for (Last& last : last_) last.known = false;
  for (Last& last : last_thread_) last.known = false;
  for (int t = 0; t < kMaxThreads; ++t) stacks_[t].known = locals_[t].known = heaps_[t].known = false;
  for (Data& data : data_) data.region.known = false;
  last_times_.known = false;
}

state::Hash128 Snapshots::hash(const State& state) {
  const std::size_t count = state.size() - (state.back() != 0 ? 0 : kTail);
  const XXH128_hash_t h = XXH3_128bits(state.data(), count * sizeof state[0]);
  return {h.low64, h.high64};
}

bool Snapshots::same_step(const State& a, const State& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && i != kInvariants) return false;
  }
  return true;
}

std::uint64_t Snapshots::first_difference(const State& before) const {
  std::size_t at = kFixed + before[kThreads];
  std::uint64_t found = 0;
  const auto compare = [&](const Region& region, std::uint64_t low, std::uint64_t high, From from) {
    if (found != 0 || at + kTail >= before.size()) return;
    const BlobId id = before[at++];
    if (id == region.id || id == kUnwritten) return;
    const auto* chunks = reinterpret_cast<const BlobId*>(blobs_.data(id));
    const std::size_t count = std::min<std::size_t>(blobs_.size(id) / sizeof(BlobId), region.chunks.size());
    for (std::size_t i = 0; i < count && found == 0; ++i) {
      const auto [begin, size] = chunk(low, high, i, from);
      if (chunks[i] == region.chunks[i]) continue;
      const std::size_t same = std::min<std::size_t>(size, blobs_.size(chunks[i]));
      for (std::size_t byte = 0; byte < same && found == 0; ++byte) {
        if (blobs_.data(chunks[i])[byte] != blobs_.data(region.chunks[i])[byte]) found = begin + byte;
      }
    }
  };
  each_region(*this, compare);
  for (const Data& data : data_) compare(data.region, data.low, data.high, From::low);
  return found;
}

// Invariants are functions: they are kept as they are, a list for each way in which executions made them.
BlobId Snapshots::invariants_now() {
  if (g.invariants_changed) {
    invariants_known_ = 0;
    if (!g.invariants.empty()) {
      invariants_.push_back(g.invariants);
      invariants_known_ = static_cast<BlobId>(invariants_.size());
    }
    g.invariants_changed = false;
  }
  return invariants_known_;
}

void Snapshots::clear() {
  forget_what_is_there();
  data_.clear();
  pages_seen_ = 0;
  blobs_.clear();
  invariants_.clear();
  invariants_known_ = 0;
  known_ = false;
}

}  // namespace selvage::machine
