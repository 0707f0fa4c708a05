// Operations on synchronisation objects in the search for execution graphs: the order in which they come, and what each
// depends on.
#include <algorithm>
#include <bit>

#include "search/optimal.hpp"

namespace selvage::search {

using machine::EventKind;
using machine::Footprint;
using machine::Op;
using memory::Access;
using memory::Event;
using memory::EventRef;
using memory::ExecutionGraph;
using memory::kNowhere;
using memory::Location;

namespace {

/// A lock cannot be taken right before somebody gives it back.
bool never_before(EventKind earlier, EventKind later) {
  if (later == EventKind::unlock) return earlier == EventKind::lock;
  return later == EventKind::rw_unlock &&
         (earlier == EventKind::read_lock || earlier == EventKind::write_lock);
}

}  // namespace

std::uint32_t Optimal::object_at(std::uint64_t address) {
  memory::Locations::Place& place = places_.at(address, true);
  if (!place.alive) {
    place.alive = true;
    place.location = now().location_of(address, 0, 0, true, {});
  }
  return place.location;
}

/// An unlock that is no event: what it depends on is noted with the acquisition that it ends.
void Optimal::took_eagerly(const Op& op, int thread, const Op* const* /*pending*/) {
  make_room(thread);
  ExecutionGraph& graph = now();
  const std::uint32_t location = object_at(op.address);
  const Location& l = graph.location(location);
  for (std::size_t i = l.mo.size(); i-- > 0;) {
    const EventRef e = l.mo[i];
    if (e.thread() != thread || e.index() >= executed_[thread]) continue;
    copy_few(prefix_of(thread), width_, released_by(e, location));
    return;
  }
}

std::uint32_t* Optimal::released_by(EventRef e, std::uint32_t location) {
  ExecutionGraph& graph = now();
  return graph.at(e).location == location ? graph.message(e) : graph.clock(e);
}

/// What an operation depends on that comes in the order of the object right behind the first `behind` operations.
void Optimal::depend(std::uint32_t* prefix, std::uint32_t location, bool exclusive, std::size_t behind) {
  const auto join = [&](const std::uint32_t* from) {
    for (std::uint32_t i = 0; i < width_; ++i) prefix[i] = std::max(prefix[i], from[i]);
  };
  const ExecutionGraph& graph = now();
  const Location& l = graph.location(location);
  for (std::size_t i = behind; i-- > 0;) {
    const bool other_exclusive = graph.at(l.mo[i]).exclusive;
    if (!exclusive && !other_exclusive) continue;
    join(graph.prefix(l.mo[i]));
    if (!other_exclusive) continue;
    join(released_by(l.mo[i], location));
    break;
  }
}

bool Optimal::perform_object(int thread, const Op& op) {
  ExecutionGraph& graph = now();
  const std::uint32_t location = object_at(op.address);
  const std::uint32_t second = op.second != 0 ? object_at(op.second) : kNowhere;
  const std::uint32_t index = executed_[thread];
  const EventRef e(thread, index);
  operation_ = e;
  const bool known = index < graph.length(thread);
  if (known) {
    const Event& event = graph.at(e);
    if (event.access != Access::object || event.kind != static_cast<std::uint8_t>(op.kind) ||
        event.location != location || event.second != second || event.pc != op.pc) {
      diverged("another operation than before was next of T" + std::to_string(thread));
      return false;
    }
    if (event.performed != 0) {
      // What ends it has yet to come, and may be another than before.
      std::fill_n(graph.message(e), width_, 0);
      if (second != kNowhere) std::fill_n(graph.clock(e), width_, 0);
      copy_few(graph.prefix(e), width_, prefix_of(thread));
      ++executed_[thread];
      return true;
    }
  } else {
    Event event;
    event.access = Access::object;
    event.kind = static_cast<std::uint8_t>(op.kind);
    event.exclusive = op.footprint != Footprint::read;
    event.location = location;
    event.second = second;
    event.address = op.address;
    event.pc = op.pc;
    graph.add(thread, event);
  }
  Preset preset;
  const bool was_preset = take_preset(thread, preset);
  Event& event = graph.at(e);
  const std::uint32_t number = graph.tick();
  if (!known) event.added = number;
  event.performed = number;
  if (was_preset) frames_.back().first_number = number;
  Numbers& base = base_;
  base.assign(prefix_of(thread), prefix_of(thread) + width_);
  std::uint32_t* prefix = graph.prefix(e);
  copy_few(base.data(), width_, prefix);
  std::fill_n(graph.clock(e), 2 * width_, 0);
  depend(prefix, location, event.exclusive, graph.location(location).mo.size());
  if (second != kNowhere) depend(prefix, second, true, graph.location(second).mo.size());
  prefix[thread] = index + 1;
  copy_few(prefix, width_, prefix_of(thread));
  if (op.kind == EventKind::futex_wait) {
    has_halves_ = true;
    std::copy_n(prefix, width_, graph.clock(e));
  }
  ++executed_[thread];
  if (!was_preset) {
    object_revisits(thread, op.kind, location, event.exclusive, event.revisitor, base, number);
    if (second != kNowhere) object_revisits(thread, op.kind, second, true, event.revisitor, base, number);
  }
  graph.enter(e, 0);
  return true;
}

/// A writer that is put before the reader `x` can go on only when the readers that stay have given back the lock.
void Optimal::keep_releases(Numbers& keep, const Location& l, EventRef x) {
  const ExecutionGraph& graph = now();
  const std::uint32_t number = graph.at(x).added;
  const auto stays = [&](EventRef e) {
    return graph.at(e).performed < number || e.index() < keep[e.thread()];
  };
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < l.mo.size(); ++i) {
      const EventRef release = l.mo[i];
      if (graph.at(release).kind != static_cast<std::uint8_t>(EventKind::rw_unlock) || stays(release))
        continue;
      // What the same thread did to the lock before is to have taken it.
      for (std::size_t k = i; k-- > 0;) {
        if (l.mo[k].thread() != release.thread()) continue;
        if (l.mo[k] != x && stays(l.mo[k])) {
          join_prefix(keep, release);
          more = true;
        }
        break;
      }
    }
  }
}

/// An operation that excludes readers, and is put before the reader `x`, may come after some of those that are later in the
/// graph, and before others: each set of them makes another graph.
void Optimal::keep_readers(std::vector<Numbers>& keeps, const Location& l, EventRef x) {
  const ExecutionGraph& graph = now();
  for (int t = 0; t < graph.threads(); ++t) {
    const std::size_t before = keeps.size();
    for (const EventRef y : l.mo) {
      const Event& event = graph.at(y);
      if (y.thread() != t || event.exclusive || event.added < graph.at(x).added || y == x ||
          graph.depends(y, x))
        continue;
      for (std::size_t i = 0; i < before; ++i) {
        if (y.index() < keeps[i][t]) continue;
        keeps.push_back(keeps[i]);
        join_prefix(keeps.back(), y);
      }
    }
    std::sort(keeps.begin(), keeps.end());
    keeps.erase(std::unique(keeps.begin(), keeps.end()), keeps.end());
  }
}

/// For each operation that conflicts with the new one, which does not depend on it: the new one may come first.
void Optimal::object_revisits(int thread, EventKind kind, std::uint32_t location, bool exclusive,
                              EventRef after, const Numbers& base, std::uint32_t number) {
  const ExecutionGraph& graph = now();
  const Location& l = graph.location(location);
  for (std::size_t i = l.mo.size(); i-- > 0;) {
    const EventRef x = l.mo[i];
    if (x == after) continue;  // that one was put before this one, and stays there
    if (!exclusive && !graph.at(x).exclusive) continue;
    if (x.index() < base[x.thread()]) {
      if (graph.at(x).exclusive) break;  // it depends on all that come before it
      continue;
    }
    if (never_before(kind, static_cast<EventKind>(graph.at(x).kind))) continue;
    const auto& items = frames_.back().items;
    const bool twice = std::any_of(items.rbegin(), items.rend(), [&](const Item& item) {
      return item.number == number && item.what == Item::What::revisit && item.revisited == x &&
             item.location != location;
    });
    if (twice) continue;
    Numbers& keep = keep_;
    keep = base;
    join_prefix(keep, after);
    depend(keep.data(), location, graph.at(x).exclusive, i);
    if (x.index() < keep[x.thread()]) continue;
    if (graph.at(x).exclusive) {
      if (!maximal(x, keep.data(), {})) continue;
      add_revisit(thread, number, x, {}, keep);
      frames_.back().items.back().location = location;
      continue;
    }
    std::vector<Numbers> keeps{keep};
    keep_readers(keeps, l, x);
    for (Numbers& k : keeps) {
      if (kind == EventKind::write_lock) keep_releases(k, l, x);
    }
    std::sort(keeps.begin(), keeps.end());
    keeps.erase(std::unique(keeps.begin(), keeps.end()), keeps.end());
    for (const Numbers& k : keeps) {
      if (x.index() < k[x.thread()] || !maximal(x, k.data(), {})) continue;
      add_revisit(thread, number, x, {}, k);
      frames_.back().items.back().location = location;
    }
  }
}

}  // namespace selvage::search
