#include "machine/bookkeeping.hpp"

#include <algorithm>
#include <bit>

#include "machine/exit_handlers.hpp"
#include "machine/machine.hpp"
#include "memory/orders.hpp"
#include "race/canonical.hpp"

namespace selvage::machine {

namespace {

using state::BlobId;
using state::Reader;
using state::Writer;

std::vector<StatePart>& parts() {
  static auto* list = new std::vector<StatePart>;
  return *list;
}

// What belongs to a state, field by field: once for writing and reading.

template <typename Archive>
[[gnu::always_inline]] inline void clock_state(Archive& a, race::VectorClock& clock) {
  a(clock.size);
  a.array(clock.at, clock.size);
}

template <typename Archive, typename T>
void length(Archive& a, std::vector<T>& items) {
  auto count = static_cast<std::uint32_t>(items.size());
  a(count);
  items.resize(count);
}

/// What a thread mostly has none of.
template <typename Archive>
void thread_lists(Archive& a, Thread& t) {
  length(a, t.read_holds);
  for (Thread::ReadHold& hold : t.read_holds) a(hold.lock)(hold.again);
  length(a, t.timeouts);
  for (Thread::TimeOuts& outs : t.timeouts) {
    bool in_force = outs.progress == g.progress;  // all are, in canonical form
    a(outs.site)(outs.count)(in_force);
    if constexpr (std::is_same_v<Archive, Reader>) outs.progress = 0;
  }
  length(a, t.destructors);
  for (auto& destructor : t.destructors) a(destructor.first)(destructor.second);
}

/// `lists`: it has, or is to have, some.
template <typename Archive>
[[gnu::noinline]] void other_lists(Archive& archive, Thread& t, bool lists) {
  if constexpr (std::is_same_v<Archive, Reader>) {
    if (!lists) {
      t.read_holds.clear();
      t.timeouts.clear();
      t.destructors.clear();
      return;
    }
  }
  Archive a = archive;  // stays in a register elsewhere
  thread_lists(a, t);
  archive = a;
}

/// Bytes that it takes at most, but for its lists.
constexpr std::size_t kThreadBytes =
    sizeof(ThreadState) + 3 * (sizeof(race::VectorClock) + sizeof(std::uint32_t)) + 64;

template <typename Archive>
[[gnu::always_inline]] inline void thread_state(Archive& a, Thread& t) {
  a(static_cast<ThreadState&>(t));
  clock_state(a, t.clock);
  clock_state(a, t.acquire_pending);
  clock_state(a, t.release_fence);
  bool lists = has_lists(t);
  const bool before = lists;
  a(lists);
  if (lists || before) [[unlikely]]
    other_lists(a, t, lists);
}

constexpr std::size_t kObjectBytes = sizeof(sync::ObjectState) + 2 * sizeof(race::VectorClock);

template <typename Archive>
[[gnu::always_inline]] inline void object_state(Archive& a, sync::Object& o) {
  a(static_cast<sync::ObjectState&>(o));
  clock_state(a, o.released);
  clock_state(a, o.readers_released);
}

template <typename Archive>
[[gnu::always_inline]] inline void times(Archive& a) {
  for (std::uint64_t rest = used_threads(); rest != 0; rest &= rest - 1) {
    Thread& thread = g.threads[std::countr_zero(rest)];
    a(thread.clock.time)(thread.acquire_pending.time)(thread.release_fence.time);
  }
  for (std::uint32_t i = 0; i < g.objects.count(); ++i)
    a(g.objects[i].released.time)(g.objects[i].readers_released.time);
}

void write_times(Writer& a) {
  state::Cursor all =
      a.begin((3 * race::kMaxThreads + 2 * std::size_t{g.objects.count()}) * sizeof(std::uint64_t));
  times(all);
  a.end(all);
}

bool somebody_looked_at_a_clock() {
  for (int t = 0; t < g.thread_limit; ++t) {
    if (g.threads[t].state != Thread::State::unused && g.threads[t].read_clock) return true;
  }
  return false;
}

template <typename Archive>
void machine_state(Archive& a) {
  a(g.alive)(g.exiting)(g.exit_status)(g.has_outcome)(g.outcome)(g.watching)(g.race_ignored)(g.printed)(
      g.wrote)(g.owes_flush);
  g.arena.state(a);
  exit_handlers().state(a);
}

/// Ends a list of granules.
constexpr std::uint64_t kNoGranule = 1;

void write_history(Writer& a) {
  constexpr std::size_t kCellBytes = 32 + race::kInline * sizeof(race::Record);
  const std::vector<race::Shadow::Touched>& touched = g.shadow.touched();
  state::Cursor cells = a.begin(8 + touched.size() * kCellBytes);
  for (std::size_t done = 0; done < touched.size(); ++done) {
    race::Cell* cell = touched[done].cell;
    if (race::Shadow::is_empty(cell)) continue;
    const auto [records, count] = g.shadow.records(cell);
    if (count > race::kInline) [[unlikely]] {
      a.end(cells);
      cells = a.begin(8 + (touched.size() - done) * kCellBytes + count * sizeof(race::Record));
    }
    cells(touched[done].granule)(cell->object)(static_cast<std::uint32_t>(cell->shared))(count);
    cells.array(records, count);
  }
  cells(kNoGranule);
  a.end(cells);
}

/// What is no part of a state, but for threads.
void forget_how_it_got_here() {
  g.spinners = 0;
  g.redundant = false;
  g.progress = g.chosen = 0;
  g.shared_stack.clear();
}

void write(Writer& a) {
  write_rest(a);
  const std::uint64_t used = used_threads();
  std::size_t lists = 0;
  for (std::uint64_t rest = used; rest != 0; rest &= rest - 1) {
    const Thread& t = g.threads[std::countr_zero(rest)];
    if (has_lists(t)) lists += t.read_holds.size() + t.timeouts.size() + t.destructors.size();
  }
  state::Cursor threads =
      a.begin(sizeof used + static_cast<unsigned>(std::popcount(used)) * kThreadBytes + 32 * lists);
  threads(used);
  for (std::uint64_t rest = used; rest != 0; rest &= rest - 1)
    thread_state(threads, g.threads[std::countr_zero(rest)]);
  a.end(threads);
  const std::uint32_t count = g.objects.count();
  state::Cursor objects = a.begin(sizeof count + count * kObjectBytes);
  objects(count);
  for (std::uint32_t i = 0; i < count; ++i) object_state(objects, g.objects[i]);
  a.end(objects);
  write_history(a);
}

void read_history(Reader from) {
  static std::vector<race::Record>& records = *new std::vector<race::Record>;  // its memory is used again
  g.shadow.discard_touched();
  Reader a = from;
  for (std::uint64_t granule = 0;;) {
    a(granule);
    if (granule == kNoGranule) return;
    std::uint32_t object = 0, shared = 0, count = 0;
    a(object)(shared)(count);
    race::Cell* cell = g.shadow.fresh_cell(granule);
    cell->object = object;
    cell->shared = static_cast<std::uint8_t>(shared);
    if (count <= race::kInline) {
      a.array(cell->records, count);
      cell->count = static_cast<std::uint8_t>(count);
      continue;
    }
    records.resize(count);
    a.array(records.data(), count);
    g.shadow.set_records(cell, records.data(), count);
  }
}

void read(Reader& from) {
  read_rest(from);
  Reader a = from;  // in a register
  std::uint64_t used = 0;
  a(used);
  for (int i = 0; i < g.thread_limit; ++i) {
    Thread& t = g.threads[i];
    if ((used & bit(i)) == 0) {
      t.state = Thread::State::unused;
      continue;
    }
    thread_state(a, t);
    forget_how_it_got_here(t);
  }
  std::uint32_t objects = 0;
  a(objects);
  for (std::uint32_t i = 0; i < objects; ++i) object_state(a, g.objects.restored(i));
  g.objects.set_count(objects);
  read_history(a);
  forget_how_it_got_here();
}

/// What `t` will know of by the atomic access before which it stands, if nobody stores there: read-modify-writes hand on all that
/// was there.
void know_location_ahead(Thread& t) {
  const Op& op = t.pending;
  if (!memory::acquires(op.order)) return;
  if (op.kind == EventKind::atomic_cas && !memory::acquires(op.failure_order)) return;
  sync::Object* location = g.objects.find(op.address, sync::Kind::atomic);
  if (location == nullptr || t.clock.includes(location->released) || !sync::may_be_relied_on(*location))
    return;
  t.clock.join(location->released);
  location->done = true;
}

/// What a thread is sure to know before it accesses anything again, it may know already: who waits for a lock
/// will know what its last holder knew (who holds it until then knows that as well), who waits for a thread
/// to end what that one knows.
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
    if (op.kind == EventKind::atomic_load || op.kind == EventKind::atomic_rmw ||
        op.kind == EventKind::atomic_cas) {
      know_location_ahead(t);
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
  static race::History& history = *new race::History;  // its vectors' memory is used again
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

void write_rest(state::Writer& to) {
  machine_state(to);
  for (const StatePart& part : parts()) part.write(to);
}

void read_rest(state::Reader& from) {
  machine_state(from);
  for (const StatePart& part : parts()) part.read(from);
}

void add_state_part(StatePart part) { parts().push_back(part); }

bool add_state_parts(RawRecords& records) {
  for (const StatePart& part : parts()) {
    if (!part.add(records)) return false;
  }
  return true;
}

Bookkeeping::Pieces Bookkeeping::make_canonical() {
  forget_the_way();
  writer_.clear();
  write(writer_);
  Pieces pieces;
  pieces.all = blobs_->intern(writer_.data(), writer_.size());
  writer_.clear();
  write_times(writer_);
  pieces.times = blobs_->intern(writer_.data(), writer_.size());
  // As in a round (machine/spin.cpp), time makes no difference to whom does not look.
  pieces.times_matter = somebody_looked_at_a_clock();
  return pieces;
}

/// What the same step came to an earlier time, if it has come to that again. All that take() would write down
/// is compared.
inline Bookkeeping::Outcome* Bookkeeping::expected() {
  if (image_ == nullptr || thorough_) return nullptr;
  for (Outcome& outcome : image_->outcomes[g.current]) {
    if (outcome.records.match()) return &outcome;
  }
  return nullptr;
}

/// The step that was taken has come to what it came to before: it will again.
void Bookkeeping::expect(const Pieces& pieces) {
  if (image_ == nullptr || thorough_) return;
  auto& outcomes = image_->outcomes[g.current];
  Outcome outcome;
  if (!outcome.records.keep()) return;
  outcome.pieces = pieces;
  if (outcomes.size() < kOutcomes) {
    outcomes.push_back(std::move(outcome));
  } else {
    outcomes[image_->oldest[g.current]++ % kOutcomes] = std::move(outcome);
  }
}

Bookkeeping::Pieces Bookkeeping::take() {
  there_ = expected();
  if (there_ != nullptr) return there_->pieces;
  writer_.clear();
  write(writer_);
  write_times(writer_);
  if (guesses_.empty()) guesses_.resize(kGuesses);
  Guess& guess = guesses_[(restored_ * race::kMaxThreads + static_cast<BlobId>(g.current)) % kGuesses];
  if (guess.valid && seen_.equal(guess.seen, writer_.data(), writer_.size())) {
    const Pieces pieces = canonical_[seen_.tag(guess.seen) - 1];
    expect(pieces);
    return pieces;
  }
  constexpr std::uint64_t kMost = 64 << 20;  // bytes: enough where records come up again at all
  if (seen_.memory() > kMost) forget_seen();
  const BlobId seen = seen_.intern(writer_.data(), writer_.size());
  guess = {seen, true};
  if (seen_.tag(seen) == 0) {
    canonical_.push_back(make_canonical());
    seen_.set_tag(seen, static_cast<std::uint32_t>(canonical_.size()));
  }
  return canonical_[seen_.tag(seen) - 1];
}

void Bookkeeping::put_back(const Image& image) {
  if (there_ == nullptr) {
    image.records.put_back();
    return;
  }
  for (const Outcome::Way& way : there_->ways) {
    if (way.image != image.number) continue;
    image.records.put_back(way.patch);
    return;
  }
  // In memory that was another way's, where there are many.
  auto& ways = there_->ways;
  if (ways.size() < kWays) ways.emplace_back();
  Outcome::Way& way = ways.size() < kWays ? ways.back() : ways[there_->oldest++ % kWays];
  way.image = image.records.make_patch(there_->records, &way.patch) ? image.number : 0;
  image.records.put_back();
}

void Bookkeeping::restore(const Pieces& pieces) {
  restored_ = pieces.all;
  Image& image = images_[(pieces.all * 31 + pieces.times) % kImages];
  const bool again =
      image.number != 0 && image.pieces.all == pieces.all && image.pieces.times == pieces.times;
  image_ = nullptr;
  if (again && image.complete && image.records.valid() && !thorough_) {
    put_back(image);
    forget_how_it_got_here();
    image_ = &image;
    there_ = nullptr;
    return;
  }
  there_ = nullptr;
  Reader all(blobs_->data(pieces.all));
  read(all);
  Reader clocks(blobs_->data(pieces.times));
  times(clocks);
  if (!again || (image.complete && !image.records.valid())) {
    image = Image();
    image.pieces = pieces;
    image.number = ++image_numbers_;
  } else if (!image.complete && !thorough_ && image.records.keep()) {
    image.complete = true;
    image_ = &image;
  }
}

void Bookkeeping::forget_seen() {
  seen_.clear();
  canonical_.clear();
  guesses_.clear();
  guesses_.resize(kGuesses);
}

void Bookkeeping::clear() {
  forget_seen();
  images_.clear();
  images_.resize(kImages);
  image_ = nullptr;
  there_ = nullptr;
  restored_ = 0;
}

}  // namespace selvage::machine
