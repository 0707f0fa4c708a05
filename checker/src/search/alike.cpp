// Threads that are interchangeable: of the execution graphs that differ only in their names, those are
// explored in which the lower number comes first where they first differ. docs/symmetry.md has the argument.
#include <algorithm>

#include "search/optimal.hpp"

namespace selvage::search {

using machine::EventKind;
using machine::Footprint;
using machine::Op;
using memory::Access;
using memory::Event;
using memory::EventRef;
using memory::ExecutionGraph;
using memory::Location;

namespace {

/// May operations of this kind by interchangeable threads be told to come in the order of their numbers?
/// Those whose being possible, and whose effect, does not depend on who asks.
bool is_ordered(const Op& op) {
  if (op.needs_notify || op.or_timed_out || op.second != 0) return false;
  switch (op.kind) {
    case EventKind::atomic_load:
    case EventKind::atomic_store:
    case EventKind::atomic_rmw:
    case EventKind::atomic_cas:
    case EventKind::plain_read:
    case EventKind::plain_write:
      return true;
    case EventKind::lock:
    case EventKind::trylock:
    case EventKind::write_lock:
    case EventKind::try_write_lock:
    case EventKind::sem_wait:
    case EventKind::sem_try_wait:
    case EventKind::sem_post:
      return op.footprint == Footprint::write;
    default:
      return false;
  }
}

bool same(const Op& a, const Op& b) {
  return a.kind == b.kind && a.footprint == b.footprint && a.address == b.address && a.size == b.size &&
         a.pc == b.pc && a.order == b.order && a.second == b.second && a.needs_notify == b.needs_notify &&
         a.or_timed_out == b.or_timed_out;
}

}  // namespace

void Optimal::alike(int thread, int first) {
  make_room(thread);
  if (alike_.size() < width_) alike_.resize(width_, -1);
  alike_[first] = first;
  alike_[thread] = first;
}

/// Are the first `length` events of both threads the same, and none of them one that tells the two apart?
bool Optimal::same_so_far(int a, int b, std::uint32_t length) const {
  const ExecutionGraph& graph = frames_.back().graph;
  if (graph.length(a) < length || graph.length(b) < length) return false;
  for (std::uint32_t i = 0; i < length; ++i) {
    const Event& x = graph.at({a, i});
    const Event& y = graph.at({b, i});
    if (x.performed == 0 || y.performed == 0 || x.access != y.access || x.kind != y.kind || x.pc != y.pc)
      return false;
    switch (x.access) {
      case Access::read:
        if (x.location != y.location || !(x.source == y.source)) return false;
        break;
      case Access::fence:
        if (x.order != y.order) return false;
        break;
      case Access::choice:
        if (x.choices != y.choices || x.chosen != y.chosen) return false;
        break;
      default:
        return false;  // who writes, or does something to an object, comes before the other or after
    }
  }
  return true;
}

/// Calls f(other) for each thread with a lower number that is in the same state as `thread`, or was when it
/// did what `thread` is about to do: that comes first.
template <typename F>
void Optimal::for_each_ahead(int thread, const Op& op, F f) const {
  const auto threads = static_cast<int>(alike_.size());
  if (thread >= threads || alike_[thread] < 0 || !is_ordered(op)) return;
  const std::uint32_t next = executed_[thread];
  for (int other = alike_[thread]; other < thread; ++other) {
    if (alike_[other] == alike_[thread] && same_so_far(other, thread, next)) f(other);
  }
}

/// Must another thread go first? (One that can move: who goes round without effect is held back for good, and
/// who waits for the same lock waits as long as this one.)
bool Optimal::is_behind(int thread, const ChoicePoint& point) const {
  if (alike_.empty()) return false;
  bool behind = false;
  const Op& op = *point.pending[thread];
  for_each_ahead(thread, op, [&](int other) {
    behind = behind || (executed_[other] <= executed_[thread] && (point.enabled >> other & 1) != 0 &&
                        same(op, *point.pending[other]));
  });
  return behind;
}

/// The thread, which waits for ever, would come right behind another that waits for the same.
bool Optimal::waits_behind(int thread, std::uint64_t waiting, const Op* const* pending) const {
  if (alike_.empty()) return false;
  bool behind = false;
  for_each_ahead(thread, *pending[thread], [&](int other) {
    behind = behind || (executed_[other] <= executed_[thread] && (waiting >> other & 1) != 0 &&
                        same(*pending[thread], *pending[other]));
  });
  return behind;
}

/// What the thread does next depends on the same having been done by those that come first.
void Optimal::depend_on_alike(int thread, const Op& op) {
  behind_.clear();
  const ExecutionGraph& graph = now();
  const std::uint32_t next = executed_[thread];
  if (next < graph.length(thread) && graph.at({thread, next}).performed != 0) return;  // done again as it was
  for_each_ahead(thread, op, [&](int other) {
    if (executed_[other] <= next) return;
    const EventRef first(other, next);
    const Event& event = graph.at(first);
    if (event.performed == 0 || event.kind != static_cast<std::uint8_t>(op.kind) || event.pc != op.pc ||
        graph.location(event.location).address != op.address) {
      return;
    }
    behind_.push_back(first);
  });
  std::uint32_t* prefix = prefix_of(thread);
  for (const EventRef first : behind_) {
    const std::uint32_t* from = graph.prefix(first);
    for (std::uint32_t i = 0; i < width_; ++i) prefix[i] = std::max(prefix[i], from[i]);
  }
}

/// Two reads by interchangeable threads, the first of which has been performed: the second is not to read an
/// older write that the first one's depends on (under sc: any older write), since with the threads' names
/// exchanged it is the other way round.
bool Optimal::reads_too_early(std::uint32_t location, EventRef source) const {
  if (behind_.empty()) return false;
  const ExecutionGraph& graph = frames_.back().graph;
  const Location& l = graph.location(location);
  return std::any_of(behind_.begin(), behind_.end(), [&](EventRef first) {
    const Event& event = graph.at(first);
    if (event.access != Access::read || event.location != location || event.source == source) return false;
    if (graph.position(l, source) > graph.position(l, event.source)) return false;
    return model_ == memory::MemoryModel::sc || !source.real() || graph.depends(event.source, source);
  });
}

/// The lowest position in modification order for a store, behind the same stores by those that come first.
std::uint32_t Optimal::behind_alike(std::uint32_t location, std::uint32_t oldest) const {
  const ExecutionGraph& graph = frames_.back().graph;
  for (const EventRef first : behind_) {
    const Event& event = graph.at(first);
    if (event.access != Access::write || event.location != location) continue;
    oldest = std::max(oldest, graph.position(graph.location(location), first));
  }
  return oldest;
}

}  // namespace selvage::search
