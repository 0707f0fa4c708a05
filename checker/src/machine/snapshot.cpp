#include "machine/snapshot.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace selvage::machine {

namespace {

using state::BlobId;
using state::Reader;

/// In place of a page that is as it was before the exploration.
constexpr BlobId kUnwritten = ~BlobId{0};
/// In place of a part that is empty.
constexpr BlobId kNothing = ~BlobId{0};

// How a State begins; memory follows, and last the times and whether they matter.
enum Place : std::size_t { kBookkeeping, kForeign, kOutput, kInvariants, kFixed };
constexpr std::size_t kTail = 2;
/// In place of where a region differs first: it is not where it was.
constexpr std::size_t kMoved = ~std::size_t{0};

}  // namespace

/// Mostly a whole one, whose copy takes no call.
void Snapshots::copy_chunk(unsigned char* to, const unsigned char* from, std::size_t size) {
  if (size == kChunk) {
    __builtin_memcpy(to, from, kChunk);
  } else {
    std::memcpy(to, from, size);
  }
}

std::pair<std::uint64_t, std::size_t> Snapshots::chunk(std::uint64_t low, std::uint64_t high,
                                                       std::size_t index, From from) {
  const std::uint64_t begin =
      from == From::low ? low + index * kChunk : std::max(low, high - (index + 1) * kChunk);
  const std::uint64_t end = from == From::low ? std::min(high, begin + kChunk) : high - index * kChunk;
  return {begin, end - begin};
}

/// Memory of the state that the machine is in, but data segments: visit(region, low, high, from) in the order
/// of a State.
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

/// A thread-local block is in pages that nobody else writes, once its thread only sleeps (machine/tls.hpp).
void Snapshots::watch_locals() {
  for (; locals_watched_ < g.thread_locals.count(); ++locals_watched_) {
    const int t = locals_watched_;
    locals_[t].cold.use(g.thread_locals.low(t), g.thread_locals.high(t));
  }
}

/// Mostly it is as it was.
inline BlobId Snapshots::take_region(Region& region, std::uint64_t low, std::uint64_t high, From from) {
  std::size_t at = kMoved;
  if (region.known) {
    if (region.cold.cold()) return region.id;
    const std::size_t size = high - low;
    if (region.low == low && region.bytes.size() == size) {
      at = state::first_difference(region.bytes.data(), reinterpret_cast<const unsigned char*>(low), 0, size);
      if (at == size) {
        region.cold.rest();
        return region.id;
      }
    }
  }
  return take_changed_region(region, low, high, from, at);
}

BlobId Snapshots::take_changed_region(Region& region, std::uint64_t low, std::uint64_t high, From from,
                                      std::size_t at) {
  const auto* memory = reinterpret_cast<const unsigned char*>(low);
  const std::size_t size = high - low;
  if (at != kMoved) {
    take_changes(region, memory, size, from, at);
  } else {
    const std::size_t before = region.known ? region.chunks.size() : 0;
    region.bytes.assign(memory, memory + size);
    region.chunks.resize((size + kChunk - 1) / kChunk);
    for (std::size_t i = 0; i < region.chunks.size(); ++i) {
      const auto [begin, length] = chunk(low, high, i, from);
      const auto* bytes = reinterpret_cast<const void*>(begin);
      BlobId& id = region.chunks[i];
      if (i < before && blobs_.equal(id, bytes, length)) continue;
      id = i < before ? blobs_.intern_after(id, bytes, length) : blobs_.intern(bytes, length);
    }
  }
  const void* list = region.chunks.data();
  const std::size_t list_size = region.chunks.size() * sizeof(BlobId);
  region.id = region.known ? blobs_.intern_after(region.id, list, list_size) : blobs_.intern(list, list_size);
  region.low = low;
  region.known = true;
  return region.id;
}

/// Those chunks, from `at` on, that are not as before, of a region that stayed where it was.
void Snapshots::take_changes(Region& region, const unsigned char* memory, std::size_t size, From from,
                             std::size_t at) {
  unsigned char* before = region.bytes.data();
  while (at < size) {
    const std::size_t index = from == From::low ? at / kChunk : (size - 1 - at) / kChunk;
    const std::size_t begin =
        from == From::low ? index * kChunk : size - std::min(size, (index + 1) * kChunk);
    const std::size_t end = from == From::low ? std::min(size, begin + kChunk) : size - index * kChunk;
    copy_chunk(before + begin, memory + begin, end - begin);
    region.chunks[index] = blobs_.intern_after(region.chunks[index], memory + begin, end - begin);
    at = state::first_difference(before, memory, end, size);
  }
}

void Snapshots::restore_region(Region& region, BlobId id, std::uint64_t low, std::uint64_t high, From from) {
  region.cold.warm_up();
  const auto* chunks = reinterpret_cast<const BlobId*>(blobs_.data(id));
  const std::size_t count = blobs_.size(id) / sizeof(BlobId);
  const std::size_t before = region.known ? region.chunks.size() : 0;
  const bool in_place = region.known && region.low == low && region.bytes.size() == high - low;
  region.chunks.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (i < before && region.chunks[i] == chunks[i]) continue;
    const auto [begin, length] = chunk(low, high, i, from);
    copy_chunk(reinterpret_cast<unsigned char*>(begin), blobs_.data(chunks[i]), length);
    if (in_place) copy_chunk(region.bytes.data() + (begin - low), blobs_.data(chunks[i]), length);
    region.chunks[i] = chunks[i];
  }
  const auto* memory = reinterpret_cast<const unsigned char*>(low);
  if (!in_place) region.bytes.assign(memory, memory + (high - low));
  region.id = id;
  region.low = low;
  region.known = true;
}

/// Pages that have been written since the last time, without the addresses in them that the loader binds when
/// they are first used: those stay bound.
void Snapshots::find_data() {
  const auto& pages = g.segments.written();
  for (; pages_seen_ < pages.size(); ++pages_seen_) {
    const Segments::Page& page = pages[pages_seen_];
    const auto add = [&](std::uint64_t begin, std::uint64_t end) {
      if (begin >= end) return;
      Data data{page.address + begin, page.address + end, page.saved + begin, {}, 0, page.of_program};
      if (end - begin == 4096 && !page.of_program) data.region.cold.use(data.low, data.high);
      Region saved;
      const auto low = reinterpret_cast<std::uint64_t>(data.saved);
      data.initial = take_region(saved, low, low + (end - begin), From::low);
      data_.push_back(std::move(data));
    };
    add(0, std::min(page.bound_low, page.end));
    add(page.bound_high, page.end);
  }
}

BlobId Snapshots::foreign_now() {
  const auto& all = g.foreign.saved();
  std::size_t count = all.size();
  while (count > 0 && *reinterpret_cast<const std::uint64_t*>(all[count - 1].granule) == all[count - 1].value)
    --count;
  if (count == 0) return kNothing;
  writer_.clear();
  for (std::size_t i = 0; i < count; ++i) writer_(*reinterpret_cast<const std::uint64_t*>(all[i].granule));
  return blobs_.intern(writer_.data(), writer_.size());
}

void Snapshots::restore_foreign(BlobId id) const {
  const auto& all = g.foreign.saved();
  const std::size_t written_then = id == kNothing ? 0 : blobs_.size(id) / 8;
  Reader values(id == kNothing ? nullptr : blobs_.data(id));
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::uint64_t value = all[i].value;
    if (i < written_then) values(value);
    auto* place = reinterpret_cast<std::uint64_t*>(all[i].granule);
    if (*place != value) *place = value;  // it may be in pages that are cold
  }
}

BlobId Snapshots::output_now() {
  if (!g.printed) return kNothing;
  writer_.clear();
  output_->state(writer_);
  return blobs_.intern(writer_.data(), writer_.size());
}

void Snapshots::restore_output(BlobId id, bool printed) const {
  if (id != kNothing) {
    Reader text(blobs_.data(id));
    output_->state(text);
  } else if (printed) {
    output_->clear();
  }
}

void Snapshots::take(State* state) {
  const Bookkeeping::Pieces known = bookkeeping_.take();
  state->clear();
  state->push_back(known.all);
  state->push_back(foreign_now());
  state->push_back(output_now());
  state->push_back(invariants_now());
  // What is not part of this state may still have been changed by the step that led to it.
  for (int t = 0; t < g.thread_limit; ++t) {
    if ((have_stacks() & bit(t)) == 0) stacks_[t].known = locals_[t].known = false;
    if ((g.arena.used_threads() & bit(t)) == 0) heaps_[t].known = false;
  }
  watch_locals();
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
  // Last, so that the hash can do without.
  state->push_back(known.times);
  state->push_back(known.times_matter ? 1 : 0);
}

void Snapshots::restore(std::span<const BlobId> state) {
  if (!known_) forget_what_is_there();
  known_ = true;
  const bool printed = g.printed;
  bookkeeping_.restore({state[kBookkeeping], state[state.size() - kTail], false});
  restore_foreign(state[kForeign]);
  restore_output(state[kOutput], printed);
  std::size_t at = kInvariants;
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
  each_region(*this, [&](Region& region, std::uint64_t low, std::uint64_t high, From from) {
    const BlobId id = state[at++];
    if (!region.known || region.id != id) restore_region(region, id, low, high, from);
  });
  find_data();
  for (Data& data : data_) {
    const BlobId id = at + kTail < state.size() ? state[at++] : kUnwritten;
    const BlobId wanted = id == kUnwritten ? data.initial : id;
    if (!data.region.known || data.region.id != wanted) {
      restore_region(data.region, wanted, data.low, data.high, From::low);
    }
  }
}

void Snapshots::forget_what_is_there() {
  for (int t = 0; t < kMaxThreads; ++t) stacks_[t].known = locals_[t].known = heaps_[t].known = false;
  for (Data& data : data_) data.region.known = false;
}

state::Hash128 Snapshots::hash(const State& state) {
  const std::size_t count = state.size() - (state.back() != 0 ? 0 : kTail);
  const XXH128_hash_t h = XXH3_128bits(state.data(), count * sizeof state[0]);
  return {h.low64, h.high64};
}

std::uint64_t Snapshots::content(std::span<const BlobId> state) {
  restore(state);  // tells which regions there are
  std::uint64_t hash = 0;
  const auto add = [&](BlobId id) { hash = XXH3_64bits_withSeed(blobs_.data(id), blobs_.size(id), hash); };
  const auto add_region = [&](const Region& region) {
    for (const BlobId chunk : region.chunks) add(chunk);
  };
  for (const Place place : {kBookkeeping, kForeign, kOutput}) {
    if (state[place] != kNothing) add(state[place]);
  }
  // What the C library keeps in thread-local blocks and in its data is made unlike in each process (stack
  // protectors, mangled pointers).
  each_region(*this, [&](const Region& region, std::uint64_t low, std::uint64_t, From) {
    if (g.thread_locals.holding(low) < 0) add_region(region);
  });
  for (const Data& data : data_) {
    if (data.of_program) add_region(data.region);
  }
  return hash;
}

bool Snapshots::same_step(const State& a, const State& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && i != kInvariants) return false;
  }
  return true;
}

std::uint64_t Snapshots::first_difference(const State& before) const {
  std::size_t at = kFixed;
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

Snapshots::Layout Snapshots::layout() const {
  return {g.segments.written().size(), g.foreign.saved().size(),
          invariants_.size(),          g.objects.blocks(),
          g.shadow.regions(),          g.thread_limit,
          g.thread_locals.count(),     g.bounded,
          g.race_ignored_ever};
}

void Snapshots::become_separate() {
  blobs_.set_concurrent(true);
  blobs_.forget_blocks();
  output_->separate();
}

void Snapshots::clear() {
  forget_what_is_there();
  data_.clear();
  pages_seen_ = 0;
  blobs_.clear();
  bookkeeping_.clear();
  invariants_.clear();
  invariants_known_ = 0;
  known_ = false;
}

}  // namespace selvage::machine
