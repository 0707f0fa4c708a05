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
/// In place of a part that has to be put back, whatever it is to be.
constexpr BlobId kUnknown = ~BlobId{0} - 1;

// How a State begins; memory follows, and last the times and whether they matter.
enum Place : std::size_t { kBookkeeping, kForeign, kOutput, kInvariants, kFixed };
constexpr std::size_t kTail = 2;

}  // namespace

/// Mostly a whole one, whose copy takes no call.
inline void Snapshots::copy_chunk(unsigned char* to, const unsigned char* from, std::size_t size) {
  if (size == kChunk) [[likely]] {
    __builtin_memcpy(to, from, kChunk);
  } else {
    std::memcpy(to, from, size);
  }
}

inline std::pair<std::uint64_t, std::size_t> Snapshots::chunk(std::uint64_t low, std::uint64_t high,
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
/// So are a thread's heap, and its stack: threads do not move for long while they wait.
void Snapshots::watch_threads() {
  for (; threads_watched_ < g.thread_locals.count(); ++threads_watched_) {
    const int t = threads_watched_;
    locals_[t].fixed_low = g.thread_locals.low(t);
    locals_[t].fixed_high = g.thread_locals.high(t);
    for (Region* region : {&locals_[t], &heaps_[t], &stacks_[t]}) region->cold.allow();
    heaps_[t].fixed_low = g.arena.begin(t);
    stacks_[t].fixed_high = g.stacks.top(t);
  }
}

inline bool Snapshots::parts_fit() const {
  return have_stacks_ == have_stacks() && have_heaps_ == g.arena.used_threads() &&
         pages_seen_ == g.segments.written().size();
}

void Snapshots::add_part(Region& region, const std::uint64_t* low, const std::uint64_t* high, From from) {
  // It does if somebody else's number says where its ends are.
  const bool grows = low != &region.fixed_low || high != &region.fixed_high;
  parts_.push_back({&region, low, high, from, grows, kNothing});
  current_.push_back(region.known ? region.id : kUnknown);
}

/// Lists what the states now consist of.
void Snapshots::fit_parts() {
  watch_threads();
  find_data();
  have_stacks_ = have_stacks();
  have_heaps_ = g.arena.used_threads();
  parts_.clear();
  current_.clear();
  cold_changes_ = ~std::uint64_t{0};
  // What is not part of a state may still be changed by the steps to come.
  for (int t = 0; t < g.thread_limit; ++t) {
    if ((have_stacks_ & bit(t)) == 0) stacks_[t].known = locals_[t].known = false;
    if ((have_heaps_ & bit(t)) == 0) heaps_[t].known = false;
  }
  for (std::uint64_t rest = have_stacks_; rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    add_part(stacks_[t], &g.threads[t].stack_pointer, &stacks_[t].fixed_high, From::high);
    add_part(locals_[t], &locals_[t].fixed_low, &locals_[t].fixed_high, From::low);
  }
  for (std::uint64_t rest = have_heaps_; rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    add_part(heaps_[t], &heaps_[t].fixed_low, g.arena.end_of(t), From::low);
  }
  for (Data& data : data_) {
    data.region.fixed_low = data.low;
    data.region.fixed_high = data.high;
    add_part(data.region, &data.region.fixed_low, &data.region.fixed_high, From::low);
    parts_.back().initial = data.initial;
    if (current_.back() == data.initial) current_.back() = kUnwritten;
  }
}

/// A part that is cold can only have changed if its pages are not cold any more, or if it has grown beyond
/// them.
void Snapshots::list_warm_parts() {
  cold_changes_ = ColdPages::changes();
  warm_.clear();
  growing_.clear();
  for (std::uint32_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (!part.in_place() || !part.region->cold.cold()) {
      warm_.push_back(i);
    } else if (part.grows) {
      growing_.push_back(i);
    }
  }
}

/// Mostly a part is as it was.
void Snapshots::take_parts() {
  if (!parts_fit()) fit_parts();
  for (const std::uint32_t i : growing_) {
    if (!parts_[i].in_place()) parts_[i].region->cold.warm_up();
  }
  if (cold_changes_ != ColdPages::changes()) list_warm_parts();
  for (const std::uint32_t i : warm_) {
    const Part& part = parts_[i];
    Region& region = *part.region;
    if (!part.in_place()) {
      take_moved_region(region, *part.low, *part.high, part.from);
    } else if (!take_changes(region, part.from)) {
      region.cold.rest(region.low, region.low + region.size);
      continue;
    }
    current_[i] = region.id == part.initial ? kUnwritten : region.id;
  }
}

void Snapshots::restore_parts(std::span<const BlobId> ids) {
  if (!parts_fit()) fit_parts();
  const auto put_back = [this](std::size_t i, BlobId id) {
    const Part& part = parts_[i];
    restore_region(*part.region, id == kUnwritten ? part.initial : id, *part.low, *part.high, part.from);
    current_[i] = id;
  };
  std::size_t i = 0;
  while ((i = state::first_different(current_.data(), ids.data(), i, ids.size())) < ids.size()) {
    put_back(i, ids[i]);
    ++i;
  }
  // States from before a page was written for the first time do not have it.
  for (; i < parts_.size(); ++i) {
    if (current_[i] != kUnwritten) put_back(i, kUnwritten);
  }
}

/// Its chunks: whole ones, and at the end that moves what is left.
inline state::Blocks Snapshots::blocks_of(const Region& region, From from) {
  const auto* low = reinterpret_cast<const unsigned char*>(region.low);
  const auto* const* contents = region.contents.data();
  constexpr auto kStep = static_cast<std::ptrdiff_t>(kChunk);
  const std::size_t count = region.size / kChunk, rest = region.size % kChunk;
  if (from == From::low) return {low, kStep, contents, count, low + region.size - rest, rest};
  return {low + region.size - kChunk, -kStep, contents, count, low, rest};
}

inline void Snapshots::set_chunk(Region& region, std::size_t index, BlobId id) const {
  region.chunks[index] = id;
  region.contents[index] = blobs_.data(id);
}

BlobId Snapshots::take_moved_region(Region& region, std::uint64_t low, std::uint64_t high, From from) {
  region.cold.warm_up();
  const std::size_t before = region.known ? region.chunks.size() : 0;
  const std::size_t count = (high - low + kChunk - 1) / kChunk;
  region.chunks.resize(count);
  region.contents.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto [begin, length] = chunk(low, high, i, from);
    const auto* bytes = reinterpret_cast<const void*>(begin);
    BlobId id = region.chunks[i];
    if (i >= before) {
      id = blobs_.intern(bytes, length);
    } else if (!blobs_.equal(id, bytes, length)) {
      id = blobs_.intern_after(id, bytes, length);
    }
    set_chunk(region, i, id);
  }
  const void* list = region.chunks.data();
  const std::size_t list_size = count * sizeof(BlobId);
  region.id = region.known ? blobs_.intern_after(region.id, list, list_size) : blobs_.intern(list, list_size);
  region.low = low;
  region.size = high - low;
  region.known = true;
  return region.id;
}

/// Of a region that stayed where it was; false where nothing has changed.
bool Snapshots::take_changes(Region& region, From from) {
  const state::Blocks blocks = blocks_of(region, from);
  std::size_t i = state::first_changed(blocks, 0);
  if (i > blocks.count) return false;
  for (; i < blocks.count; i = state::first_changed(blocks, i + 1)) {
    const unsigned char* now = blocks.first + static_cast<std::ptrdiff_t>(i) * blocks.step;
    set_chunk(region, i, blobs_.intern_block_after<kChunk>(region.chunks[i], now));
  }
  if (i == blocks.count)
    set_chunk(region, i, blobs_.intern_after(region.chunks[i], blocks.rest, blocks.rest_size));
  region.id = blobs_.intern_list_after(region.id, region.chunks.data(), region.chunks.size());
  return true;
}

void Snapshots::restore_region(Region& region, BlobId id, std::uint64_t low, std::uint64_t high, From from) {
  if (region.known) {
    region.cold.warm_up();
  } else {
    region.cold.warm_up_shortly();
  }
  const auto* chunks = reinterpret_cast<const BlobId*>(blobs_.data(id));
  const std::size_t count = blobs_.size(id) / sizeof(BlobId);
  const std::size_t both = region.known ? std::min(region.chunks.size(), count) : 0;
  if (count != region.chunks.size()) {
    region.chunks.resize(count);
    region.contents.resize(count);
  }
  const BlobId* const there = region.chunks.data();
  for (std::size_t i = 0; (i = i < both ? state::first_different(there, chunks, i, both) : i) < count; ++i) {
    const auto [begin, length] = chunk(low, high, i, from);
    set_chunk(region, i, chunks[i]);
    copy_chunk(reinterpret_cast<unsigned char*>(begin), region.contents[i], length);
  }
  region.id = id;
  region.low = low;
  region.size = high - low;
  region.known = true;
}

void Snapshots::look_ahead_at_lists(std::span<const BlobId> now, std::span<const BlobId> then) const {
  const std::size_t end = std::min(now.size(), then.size()) - kTail;
  for (std::size_t i = kFixed; (i = state::first_different(now.data(), then.data(), i, end)) < end; ++i) {
    if (then[i] != kUnwritten) blobs_.prefetch(then[i]);
  }
}

void Snapshots::look_ahead_at_contents(std::span<const BlobId> now, std::span<const BlobId> then) const {
  const std::size_t end = std::min(now.size(), then.size()) - kTail;
  for (std::size_t i = kFixed; (i = state::first_different(now.data(), then.data(), i, end)) < end; ++i) {
    if (now[i] == kUnwritten || then[i] == kUnwritten) continue;
    const auto* a = reinterpret_cast<const BlobId*>(blobs_.data(now[i]));
    const auto* b = reinterpret_cast<const BlobId*>(blobs_.data(then[i]));
    const std::size_t count = std::min(blobs_.size(now[i]), blobs_.size(then[i])) / sizeof(BlobId);
    for (std::size_t k = 0; (k = state::first_different(a, b, k, count)) < count; ++k) {
      blobs_.prefetch(b[k]);
      blobs_.prefetch_end(b[k]);
    }
  }
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
      if (end - begin == 4096 && !page.of_program) data.region.cold.allow();
      Region saved;
      const auto low = reinterpret_cast<std::uint64_t>(data.saved);
      data.initial = take_moved_region(saved, low, low + (end - begin), From::low);
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
  Output::note_unseen();
  const Bookkeeping::Pieces known = bookkeeping_.take();
  take_parts();
  std::size_t parts = current_.size();
  while (parts > 0 && current_[parts - 1] == kUnwritten) --parts;
  state->resize(kFixed + parts + kTail);
  BlobId* to = state->data();
  to[kBookkeeping] = known.all;
  to[kForeign] = foreign_now();
  to[kOutput] = output_now();
  to[kInvariants] = invariants_now();
  for (std::size_t i = 0; i < parts; ++i) to[kFixed + i] = current_[i];
  // Last, so that the hash can do without.
  to[kFixed + parts] = known.times;
  to[kFixed + parts + 1] = known.times_matter ? 1 : 0;
}

void Snapshots::restore(std::span<const BlobId> state) {
  if (!known_) forget_what_is_there();
  known_ = true;
  const bool printed = g.printed;
  bookkeeping_.restore({state[kBookkeeping], state[state.size() - kTail], false});
  restore_foreign(state[kForeign]);
  restore_output(state[kOutput], printed);
  if (g.invariants_changed || state[kInvariants] != invariants_known_) restore_invariants(state[kInvariants]);
  restore_parts(state.subspan(kFixed, state.size() - kFixed - kTail));
}

void Snapshots::forget_what_is_there() {
  for (BlobId& id : current_) id = kUnknown;
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

void Snapshots::restore_invariants(BlobId id) {
  invariants_known_ = id;
  if (id == 0) {
    g.invariants.clear();
  } else {
    g.invariants = invariants_[id - 1];
  }
  g.invariants_changed = false;
}

Snapshots::Layout Snapshots::layout() const {
  return {g.segments.written().size(), g.foreign.saved().size(), invariants_.size(),      g.objects.blocks(),
          g.shadow.regions(),          g.thread_limit,           g.thread_locals.count(), g.bounded,
          g.race_ignored_ever};
}

std::uint64_t Snapshots::places() const {
  state::Writer places;
  for (const Segments::Page& page : g.segments.written()) {
    places(page.address)(page.bound_low)(page.bound_high)(page.end);
    places(static_cast<std::uint64_t>(XXH3_64bits(page.saved, Segments::kPage)));
  }
  for (const ForeignMemory::Saved& saved : g.foreign.saved()) places(saved.granule)(saved.value);
  for (std::uint32_t i = 0; i < g.objects.blocks(); ++i)
    places(reinterpret_cast<std::uint64_t>(g.objects.block(i)));
  for (const race::Cell* cells : g.shadow.all_regions()) places(reinterpret_cast<std::uint64_t>(cells));
  for (int t = 0; t < g.thread_locals.count(); ++t) places(g.thread_locals.thread_pointer(t));
  for (const auto& children : g.child_number) {
    for (const std::int16_t number : children) places(number);
  }
  places(static_cast<std::uint8_t>(g.eager_unlock ? 1 : 0));
  for (const std::uint64_t location : g.stored_to) places(location);
  return XXH3_64bits(places.data(), places.size());
}

void Snapshots::become_separate() {
  blobs_.set_concurrent(true);
  blobs_.forget_blocks();
  output_->separate();
}

void Snapshots::clear() {
  forget_what_is_there();
  parts_.clear();
  current_.clear();
  have_stacks_ = have_heaps_ = 0;
  data_.clear();
  pages_seen_ = 0;
  blobs_.clear();
  bookkeeping_.clear();
  invariants_.clear();
  invariants_known_ = 0;
  known_ = false;
}

}  // namespace selvage::machine
