#include "machine/level_search.hpp"

#include <xmmintrin.h>

#include <algorithm>
#include <bit>
#include <tuple>

#include "machine/access.hpp"
#include "machine/fatal.hpp"

namespace selvage::machine {

namespace {

constexpr std::uint32_t kBatch = 32;
/// Levels with fewer states are not worth waking the other processes for, unless they were asked for.
constexpr std::uint32_t kFew = 512;
/// How many states the next level is expected to have at most.
std::uint64_t room_after(std::uint64_t states) { return states + states / 4 + 1024; }

}  // namespace

void LevelSearch::open() {
  if (shared_ != nullptr) return;
  shared_room_.reserve(1, state::Sharing::shared);
  notes_.reserve(std::size_t{1} << 32, state::Sharing::shared);
  workers_.open();
  shared_ = shared_room_.data();
}

void LevelSearch::clear() {
  workers_.stop();
  frontier_.clear();
  shared_room_.release();
  notes_.release();
  shared_ = nullptr;
  seeds_.clear();
  pending_.clear();
  milestone_.clear();
  milestone_level_ = depth_ = states_ = 0;
  lessons_.clear();
}

bool LevelSearch::run(std::vector<Seed> seeds, std::uint64_t depth, int processes, std::uint32_t number) {
  clear();
  number_ = number;
  open();
  seeds_ = std::move(seeds);
  first_depth_ = depth_ = depth;
  processes_ = processes;
  frontier_.advance(room_after(seeds_.size()));
  for (std::size_t i = 0; i < seeds_.size(); ++i) {
    frontier_.add(seeds_[i].hash, seeds_[i].state, seeds_[i].enabled, static_cast<std::uint32_t>(i));
  }
  frontier_.advance(room_after(seeds_.size()));
  known_ = snapshots_->layout();
  if (!resume() || !save_first()) return false;
  bool all = true;
  while (frontier_.size() != 0) {
    if (depth_ >= g.options.max_events) {
      note_bound("an execution was cut at --max-events " + std::to_string(g.options.max_events));
      break;
    }
    begun_ = shared_->transitions.load();
    if (checkpoint_due()) save_again(false);
    if (!expand_level()) {
      save_again(true);
      all = false;
      break;
    }
    if (!settle_notes()) {
      all = false;
      break;
    }
    states_ += frontier_.next_size();
    frontier_.advance(room_after(frontier_.next_size()));
    ++depth_;
    if (came_up_again()) break;
  }
  workers_.stop();
  snapshots_->set_concurrent(false);
  return all;
}

std::uint64_t LevelSearch::waiting() const {
  if (shared_ == nullptr || frontier_.size() == 0) return 0;
  return frontier_.size() - std::min(shared_->cursor.load(std::memory_order_relaxed), frontier_.size()) +
         std::uint64_t{frontier_.next_size()};
}

/// Forks the processes, or forks them anew where this one knows more than they do.
void LevelSearch::employ() {
  const Snapshots::Layout now = snapshots_->layout();
  if (workers_.count() != 0 && now == layout_) return;
  layout_ = now;
  if (processes_ < 2) return;
  workers_.start(
      processes_ - 1,
      [this] {
        worker_ = true;
        snapshots_->become_separate();
      },
      [this] { work(); });
}

/// Takes all steps from the states of this level. False where the search is to end.
bool LevelSearch::expand_level() {
  const std::uint64_t transitions = shared_->transitions.load(), events = shared_->events.load();
  std::uint64_t room = room_after(frontier_.size());
  for (;;) {
    shared_->cursor.store(0);
    shared_->notes.store(0);
    shared_->no_room.store(0);
    shared_->stop.store(0);
    const bool alone = processes_ < 2 || (g.options.workers == 0 && frontier_.size() < kFew);
    if (!alone) {
      employ();
      snapshots_->make_room(std::uint64_t{frontier_.size()} * 16);
      snapshots_->set_concurrent(true);
      workers_.go();
    }
    work();
    if (!alone) {
      workers_.wait([this] {
        if (host_->out_of_budget()) shared_->stop.store(1);
      });
      snapshots_->set_concurrent(false);
    }
    if (shared_->stop.load() != 0) return false;
    if (shared_->no_room.load() == 0) return true;
    // The level is done again, from its beginning.
    room *= 4;
    shared_->transitions.store(transitions);
    shared_->events.store(events);
    frontier_.again(room);
  }
}

/// Once for many steps: all processes write there.
void LevelSearch::tell_counts() {
  shared_->transitions.fetch_add(taken_, std::memory_order_relaxed);
  shared_->events.fetch_add(events_, std::memory_order_relaxed);
  taken_ = events_ = 0;
}

/// To compute with numbers like 0.1 leaves marks in the control word of this thread of the runtime's own. The
/// threads of the program mostly have none, and to switch between words that differ takes long.
inline void forget_inexact_results() { _mm_setcsr(_mm_getcsr() & ~_MM_EXCEPT_MASK); }

void LevelSearch::work() {
  stale_ = false;
  for (;;) {
    forget_inexact_results();
    const std::uint32_t first = shared_->cursor.fetch_add(kBatch, std::memory_order_relaxed);
    if (first >= frontier_.size()) return;
    const std::uint32_t end = std::min(first + kBatch, frontier_.size());
    for (std::uint32_t i = first; i < end; ++i) {
      if (shared_->stop.load(std::memory_order_relaxed) != 0) {
        tell_counts();
        return;
      }
      if (stale_) {
        note(i, kAll, false);
      } else if (!expand(i)) {
        tell_counts();
        return;
      }
    }
    tell_counts();
    if (stale_) return;
    if (!worker_ && host_->out_of_budget()) shared_->stop.store(1);
  }
}

void LevelSearch::note(std::uint32_t index, int thread, bool different) {
  const std::uint32_t at = shared_->notes.fetch_add(1, std::memory_order_relaxed);
  notes_[at] = {index, static_cast<std::int8_t>(thread), static_cast<std::uint8_t>(different ? 1 : 0)};
}

/// Fetches what it will take to go to the states behind that: on a wide level each is in memory that nobody
/// has looked at for long. Neighbours mostly differ in few parts.
inline void LevelSearch::look_ahead(std::uint32_t index) const {
  constexpr std::uint32_t kNear = 2, kFar = 4, kWide = 4096;
  if (frontier_.size() < kWide || index + kFar >= frontier_.size()) return;
  const auto pieces = [this](std::uint32_t i) { return frontier_.pieces(frontier_[i]); };
  snapshots_->look_ahead_at_contents(pieces(index + kNear - 1), pieces(index + kNear));
  snapshots_->look_ahead_at_lists(pieces(index + kFar - 1), pieces(index + kFar));
}

/// Takes all steps from a state; what does not simply lead to another is noted. False where there is no room.
bool LevelSearch::expand(std::uint32_t index) {
  const state::Frontier::Node& node = frontier_[index];
  const std::uint32_t origin = node.origin.load(std::memory_order_relaxed);
  bool room = true;
  const bool eager = g.eager_unlock;
  const std::size_t stored_to = g.stored_to.size();
  look_ahead(index);
  for (std::uint64_t rest = node.enabled; rest != 0 && room; rest &= rest - 1) {
    const int thread = std::countr_zero(rest);
    std::uint64_t steps = 0;
    const bool settled = steps_->each_from(frontier_.pieces(node), thread, [&](bool ended) {
      if (ended || races_pending() || (worker_ && !(snapshots_->layout() == layout_))) return false;
      ++steps;
      events_ += g.events;
      room = frontier_.add(Snapshots::hash(steps_->state()), steps_->state(), g.enabled_at_stop, origin);
      return room;
    });
    if (saves_ && !worker_) note_lesson(frontier_.pieces(node), thread);
    if (!room) break;
    // It is found once, and must be found when the step is taken again.
    if (Steps::starts_over()) {
      g.eager_unlock = eager;
      g.stored_to.resize(stored_to);
    }
    if (settled) {
      taken_ += steps;
      continue;
    }
    note(index, thread, Steps::differed());
    // From now on this process numbers things as no other does.
    stale_ = worker_ && !(snapshots_->layout() == layout_);
    if (!stale_) continue;
    for (rest &= rest - 1; rest != 0; rest &= rest - 1) note(index, std::countr_zero(rest), false);
    break;
  }
  if (!room) shared_->no_room.store(1);
  return room;
}

/// Judges the steps that were noted, in an order that does not depend on who noted them.
bool LevelSearch::settle_notes() {
  g.total_events += shared_->events.exchange(0);
  const std::uint32_t count = shared_->notes.load();
  if (count == 0) return true;
  std::vector<std::pair<std::uint64_t, Note>> notes;
  for (std::uint32_t i = 0; i < count; ++i) {
    notes.emplace_back(snapshots_->content(frontier_.pieces(frontier_[notes_[i].index])), notes_[i]);
  }
  std::sort(notes.begin(), notes.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.thread) < std::tie(b.first, b.second.thread);
  });
  for (const auto& [content, n] : notes) {
    if (n.thread != kAll) {
      if (!settle(n)) return false;
      continue;
    }
    for (std::uint64_t rest = frontier_[n.index].enabled; rest != 0; rest &= rest - 1) {
      if (!settle({n.index, static_cast<std::int8_t>(std::countr_zero(rest)), 0})) return false;
    }
  }
  return true;
}

bool LevelSearch::settle(const Note& n) {
  const state::Frontier::Node& node = frontier_[n.index];
  const std::uint32_t origin = node.origin.load(std::memory_order_relaxed);
  const auto judge = [&] {
    g.schedule.clear();
    g.preemptions = ~0U;  // how it got here is found out later, where that is needed
    const std::size_t before = host_->findings();
    snapshots_->lost_track_of_records();
    const bool on = host_->judge();
    for (std::size_t i = before; i < host_->findings(); ++i) {
      pending_.push_back({i, origin, depth_ - first_depth_, node.hash, steps_->step()});
    }
    return on;
  };
  bool all = true, room = true, different = false;
  steps_->each_from(frontier_.pieces(node), n.thread, [&](bool ended) {
    shared_->transitions.fetch_add(1, std::memory_order_relaxed);
    different = different || (ended && Steps::differed());
    if (ended || races_pending()) {
      all = judge();
    } else {
      g.total_events += g.events;
    }
    // A race ends no execution: the step leads somewhere, too.
    if (!ended)
      room = frontier_.add(Snapshots::hash(steps_->state()), steps_->state(), g.enabled_at_stop, origin);
    return all && room;
  });
  if (saves_) note_lesson(frontier_.pieces(node), n.thread);
  if (all && n.different != 0 && !different) {
    Steps::end_as_different(n.thread, "");
    all = judge();
  }
  if (!room) {
    note_bound("too many states for one level of the search");
    all = false;
  }
  return all;
}

/// Keeps the states of the levels whose numbers are powers of two until the next of them, and looks for them
/// on the levels between.
bool LevelSearch::came_up_again() {
  const std::uint64_t level = depth_ - first_depth_;
  if (level != 1) {
    for (std::uint32_t i = 0; i < frontier_.size(); ++i) {
      if (!is_milestone(frontier_[i].hash)) continue;
      note_bound("a state came up again " + std::to_string(level - milestone_level_) +
                 " steps later, when those met before were not kept any more; give --visited more MiB");
      return true;
    }
  }
  if (!std::has_single_bit(level)) return false;
  milestone_level_ = level;
  milestone_.assign(std::bit_ceil(std::uint64_t{frontier_.size()} * 4 + 16), 0);
  for (std::uint32_t i = 0; i < frontier_.size(); ++i) {
    const std::uint64_t half = frontier_[i].hash.low | 1;
    std::size_t at = (half >> 8) & (milestone_.size() - 1);
    while (milestone_[at] != 0) at = (at + 1) & (milestone_.size() - 1);
    milestone_[at] = half;
  }
  return false;
}

bool LevelSearch::is_milestone(const state::Hash128& hash) const {
  const std::uint64_t half = hash.low | 1;
  for (std::size_t at = (half >> 8) & (milestone_.size() - 1); milestone_[at] != 0;
       at = (at + 1) & (milestone_.size() - 1)) {
    if (milestone_[at] == half) return true;
  }
  return false;
}

}  // namespace selvage::machine
