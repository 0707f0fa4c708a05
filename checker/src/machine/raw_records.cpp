#include "machine/raw_records.hpp"

#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

#include "machine/bookkeeping.hpp"
#include "machine/exit_handlers.hpp"
#include "machine/machine.hpp"

namespace selvage::machine {

namespace {

constexpr std::uint64_t kWord = 8;

using Addresses = std::vector<const unsigned char*>;

/// Is each unit, as far as its mask goes, what is at its address? `units`: bytes and mask in turn.
__attribute__((target("avx2"))) bool match_by_avx2(const Addresses& at, const unsigned char* units) {
  // Mostly all is the same: what differs is only looked at in the end.
  __m256i different = _mm256_setzero_si256();
#pragma GCC unroll 4
  for (const unsigned char* from : at) {
    const __m256i now = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    const __m256i was = _mm256_load_si256(reinterpret_cast<const __m256i*>(units));
    const __m256i mask = _mm256_load_si256(reinterpret_cast<const __m256i*>(units + 32));
    different = _mm256_or_si256(different, _mm256_and_si256(_mm256_xor_si256(now, was), mask));
    units += 64;
  }
  return _mm256_testz_si256(different, different) != 0;
}

bool match_by_words(const Addresses& at, const unsigned char* units) {
  std::uint64_t different = 0;
  for (const unsigned char* from : at) {
    for (std::size_t i = 0; i < 32; i += kWord) {
      std::uint64_t now, was, mask;
      __builtin_memcpy(&now, from + i, kWord);
      __builtin_memcpy(&was, units + i, kWord);
      __builtin_memcpy(&mask, units + 32 + i, kWord);
      different |= (now ^ was) & mask;
    }
    units += 64;
  }
  return different == 0;
}

bool same_record(const race::Record& a, const race::Record& b) {
  return a.pc == b.pc && a.epoch == b.epoch && a.thread == b.thread && a.mask == b.mask && a.flags == b.flags;
}

}  // namespace

bool RawRecords::Place::operator==(const Place& other) const {
  if (touched.cell != other.touched.cell || object != other.object || count != other.count ||
      shared != other.shared) {
    return false;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!same_record(records[i], other.records[i])) return false;
  }
  return true;
}

/// The bytes [first, end) of the 32 at `from`.
void RawRecords::add_unit(const unsigned char* from, std::size_t first, std::size_t end) {
  static_assert(sizeof(Unit) == 64);
  Unit unit{};
  for (std::size_t i = first; i < end; ++i) {
    unit.bytes[i] = from[i];
    unit.mask[i] = 0xff;
  }
  at_.push_back(from);
  units_.push_back(unit);
}

void RawRecords::add(const void* at, std::uint64_t size) {
  const auto* from = static_cast<const unsigned char*>(at);
  for (std::uint64_t i = 0; i < size; i += kWord) {
    Patch::Word word{reinterpret_cast<std::uint64_t*>(const_cast<unsigned char*>(from + i)), 0};
    __builtin_memcpy(&word.value, from + i, kWord);
    words_.push_back(word);
  }
  for (; size >= kUnit; size -= kUnit, from += kUnit) add_unit(from, 0, kUnit);
  if (size == 0) return;
  // All 32 bytes are read: they must not go into a page that may not be there.
  constexpr std::uint64_t kPage = 4096;
  if ((reinterpret_cast<std::uint64_t>(from) & (kPage - 1)) <= kPage - kUnit) {
    add_unit(from, 0, size);
  } else {
    add_unit(from + size - kUnit, kUnit - size, kUnit);
  }
}

/// Its components in use: how many these are is part of the bytes.
void RawRecords::add_clock(const race::VectorClock& clock) {
  static_assert(sizeof clock % kWord == 0);
  const std::uint64_t size = offsetof(race::VectorClock, at) + clock.size * sizeof clock.at[0];
  add(&clock, (size + kWord - 1) & ~(kWord - 1));
}

bool RawRecords::add_place(const race::Shadow::Touched& touched) {
  const race::Cell& cell = *touched.cell;
  if (cell.count > race::kInline) return false;
  Place place{touched, cell.object, cell.count, cell.shared, {}};
  for (std::uint32_t i = 0; i < cell.count; ++i) place.records[i] = cell.records[i];
  places_.push_back(place);
  // What outlives executions is no part of it, nor are records that are not in use.
  const auto* bytes = reinterpret_cast<const unsigned char*>(&cell);
  constexpr std::size_t kSecond = offsetof(race::Cell, records) + sizeof(race::Record);
  static_assert(kSecond == kUnit && sizeof(race::Record) == 16);
  add_unit(bytes, 0, cell.count == 0 ? offsetof(race::Cell, records) : kUnit);
  unsigned char* mask = units_.back().mask;
  mask[offsetof(race::Cell, visible_mask)] = mask[offsetof(race::Cell, foreign)] = 0;
  for (std::size_t i = 0; i < sizeof cell.spill; ++i) mask[offsetof(race::Cell, spill) + i] = 0;
  if (cell.count > 1) add_unit(bytes + kSecond, 0, (cell.count - std::size_t{1}) * sizeof(race::Record));
  return true;
}

bool RawRecords::keep() {
  at_.clear();
  units_.clear();
  words_.clear();
  places_.clear();
  threads_ = used_threads();
  thread_limit_ = g.thread_limit;
  objects_ = g.objects.count();
  generation_ = g.shadow.generation();
  outcome_ = g.outcome;
  if (exit_handlers().of_execution()) return false;
  add(static_cast<ExecutionState*>(&g), sizeof(ExecutionState));
  g.arena.each_part(g.thread_limit, [this](const void* at, std::uint64_t size) { add(at, size); });
  if (!add_state_parts(*this)) return false;
  for (std::uint64_t rest = threads_; rest != 0; rest &= rest - 1) {
    const Thread& t = g.threads[std::countr_zero(rest)];
    if (has_lists(t)) return false;
    add(static_cast<const ThreadState*>(&t), sizeof(ThreadState));
    add_clock(t.clock);
    add_clock(t.acquire_pending);
    add_clock(t.release_fence);
  }
  for (std::uint32_t i = 0; i < objects_; ++i) {
    const sync::Object& o = g.objects[i];
    add(static_cast<const sync::ObjectState*>(&o), sizeof(sync::ObjectState));
    add_clock(o.released);
    add_clock(o.readers_released);
  }
  for (const race::Shadow::Touched& each : g.shadow.touched()) {
    if (!add_place(each)) return false;
  }
  return true;
}

bool RawRecords::valid() const {
  return g.thread_limit == thread_limit_ && g.shadow.generation() == generation_;
}

bool RawRecords::units_match() const {
  static const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  const auto* units = reinterpret_cast<const unsigned char*>(units_.data());
  return avx2 ? match_by_avx2(at_, units) : match_by_words(at_, units);
}

bool RawRecords::match() const {
  const auto& touched = g.shadow.touched();
  if (!valid() || g.objects.count() != objects_ || touched.size() != places_.size() || !units_match())
    return false;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (touched[i].cell != places_[i].touched.cell) return false;
  }
  for (int i = 0; i < thread_limit_; ++i) {
    const Thread& t = g.threads[i];
    const bool used = (threads_ & bit(i)) != 0;
    if (used ? has_lists(t) : t.state != Thread::State::unused) return false;
  }
  return !exit_handlers().of_execution() && g.outcome.size() == outcome_.size() &&
         (outcome_.empty() || g.outcome == outcome_);
}

void RawRecords::put_back(const Place& place) const {
  race::Cell& cell = *place.touched.cell;
  cell.object = place.object;
  cell.count = place.count;
  cell.shared = place.shared;
  for (std::uint32_t i = 0; i < place.count; ++i) cell.records[i] = place.records[i];
}

void RawRecords::put_back_the_rest() const {
  for (int i = 0; i < thread_limit_; ++i) static_cast<ThreadPast&>(g.threads[i]) = {};
  g.objects.set_count(objects_);
}

void RawRecords::put_back() const {
  g.arena.note_dirty();
  for (const Patch::Word& word : words_) __builtin_memcpy(word.at, &word.value, kWord);
  g.arena.note_dirty();
  exit_handlers().new_execution();
  g.outcome = outcome_;
  for (int i = 0; i < thread_limit_; ++i) {
    Thread& t = g.threads[i];
    if ((threads_ & bit(i)) == 0) {
      t.state = Thread::State::unused;
      continue;
    }
    t.read_holds.clear();
    t.timeouts.clear();
    t.destructors.clear();
    forget_how_it_got_here(t);
  }
  g.shadow.discard_touched();
  for (const Place& place : places_) {
    g.shadow.fresh_cell(place.touched.granule);
    put_back(place);
  }
  put_back_the_rest();
}

bool RawRecords::make_patch(const RawRecords& from, Patch* patch) const {
  if (from.threads_ != threads_ || from.outcome_ != outcome_ || from.places_.size() < places_.size())
    return false;
  patch->words.clear();
  patch->places.clear();
  // Both have the words in the same order, but not always the same ones: clocks have different sizes.
  constexpr std::size_t kApart = 64;
  std::size_t next = 0;
  for (const Patch::Word& word : words_) {
    std::size_t at = next;
    const std::size_t end = std::min(from.words_.size(), next + kApart);
    while (at < end && from.words_[at].at != word.at) ++at;
    const bool there = at < end;
    if (!there || from.words_[at].value != word.value) patch->words.push_back(word);
    if (there) next = at + 1;
  }
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (from.places_[i].touched.cell != places_[i].touched.cell) return false;
    if (!(from.places_[i] == places_[i])) patch->places.push_back(static_cast<std::uint32_t>(i));
  }
  return true;
}

void RawRecords::put_back(const Patch& patch) const {
  g.arena.note_dirty();
  for (const Patch::Word& word : patch.words) __builtin_memcpy(word.at, &word.value, kWord);
  for (const std::uint32_t place : patch.places) put_back(places_[place]);
  g.shadow.discard_touched(places_.size());
  put_back_the_rest();
}

}  // namespace selvage::machine
