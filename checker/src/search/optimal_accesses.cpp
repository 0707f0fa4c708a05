// Atomic accesses in the search for execution graphs: whom a read reads from, and where a write goes.
#include <algorithm>

#include "memory/orders.hpp"
#include "search/optimal.hpp"

namespace selvage::search {

using memory::Access;
using memory::AtomicAccess;
using memory::Change;
using memory::Clocks;
using memory::Event;
using memory::EventRef;
using memory::ExecutionGraph;
using memory::kNowhere;
using memory::Location;
using memory::Performed;
using memory::Value;
using race::VectorClock;

void Optimal::join_prefix(Numbers& numbers, EventRef e) const {
  if (!e.real()) return;
  const std::uint32_t* from = frames_.back().graph.prefix(e);
  for (std::uint32_t i = 0; i < width_; ++i) numbers[i] = std::max(numbers[i], from[i]);
}

void Optimal::set_clock(std::uint32_t* to, const VectorClock& from) const {
  for (std::uint32_t i = 0; i < width_; ++i) to[i] = from.get(static_cast<int>(i));
}

void Optimal::get_message(EventRef write, VectorClock& message) const {
  message.clear();
  if (!write.real()) return;
  const ExecutionGraph& graph = frames_.back().graph;
  message.grow(width_);
  copy_few(graph.message(write), width_, message.at);
  message.time = graph.at(write).time;
}

/// Of the writes performed so far in this run, how many are newer than `behind`, and whether there are others at all.
void Optimal::count_newer(Performed& result, EventRef behind) const {
  const ExecutionGraph& graph = frames_.back().graph;
  const Location& l = graph.location(graph.at(result.event).location);
  int newer = 0;
  bool found = false, others = false;
  for (std::size_t i = l.mo.size(); i-- > 0;) {
    const EventRef w = l.mo[i];
    if (w == behind) found = true;
    if (w == result.event || w.index() >= executed_[w.thread()]) continue;
    others = true;
    if (found) break;
    ++newer;
  }
  result.newer = newer;
  result.was_choice = others;
  result.latest = newer == 0;
}

Performed Optimal::perform(const AtomicAccess& access, Clocks clocks, const Change& change) {
  make_room(access.thread);
  ExecutionGraph& graph = now();
  memory::Locations::Place& place = places_.at(access.address, false);
  Performed failed;
  if (!place.alive) {
    bool overlap = false;
    places_.overlapping(access.address, access.size, [&](std::uint64_t, auto&) { overlap = true; });
    if (overlap) {
      failed.how = Performed::How::overlap;
      return failed;
    }
    place.alive = true;
    place.size = access.size;
    place.location = graph.location_of(access.address, place.instance, access.size, false, access.initial);
  } else if (place.size != access.size) {
    failed.how = Performed::How::overlap;
    return failed;
  }
  const EventRef e(access.thread, executed_[access.thread]);
  if (e.index() >= graph.length(access.thread)) return perform_new(access, place.location, clocks, change);
  const Event& event = graph.at(e);
  if (event.kind != access.kind || event.location != place.location || event.pc != access.pc) {
    diverged("another access than before was next of T" + std::to_string(access.thread));
    failed.how = Performed::How::diverged;
    return failed;
  }
  return event.performed != 0 ? replay(e, access, clocks, change)
                              : perform_revisited(e, access, clocks, change);
}

Performed Optimal::replay(EventRef e, const AtomicAccess& /*access*/, Clocks clocks, const Change& change) {
  const ExecutionGraph& graph = now();
  const Event& event = graph.at(e);
  const Location& l = graph.location(event.location);
  Performed result;
  result.event = e;
  VectorClock message;
  if (is_read(event.access)) {
    result.source = event.source;
    result.read = graph.value_of(l, event.source);
    get_message(event.source, message);
    memory::receive(clocks, message, event.order);
  }
  if (is_write(event.access)) {
    const std::optional<Value> value = change(result.read);
    if (!value || (!event.late && !(*value == event.value))) {
      diverged("T" + std::to_string(e.thread()) + " wrote another value than before");
      result.how = Performed::How::diverged;
      return result;
    }
    memory::send(clocks, event.order, nullptr, message);
    result.wrote = true;
    result.written = event.value;
  }
  count_newer(result, is_read(event.access) ? event.source : e);
  copy_few(graph.prefix(e), width_, prefix_of(e.thread()));
  ++executed_[e.thread()];
  return result;
}

/// Performs `e`: it reads from `source`, if it reads, and what it writes goes behind `position`.
Performed Optimal::settle(EventRef e, const AtomicAccess& access, Clocks clocks, const Change& change,
                          EventRef source, std::uint32_t position) {
  ExecutionGraph& graph = now();
  Event& event = graph.at(e);
  const Location& l = graph.location(event.location);
  Performed result;
  result.event = e;
  const std::uint32_t number = graph.tick();
  if (event.added == 0) event.added = number;
  event.performed = number;
  Numbers& base = settled_;
  base.assign(prefix_of(e.thread()), prefix_of(e.thread()) + width_);
  const bool reads = access.access != Access::write;
  std::optional<Value> value;
  if (reads) {
    result.source = event.source = source;
    result.read = graph.value_of(l, source);
    if (access.access == Access::update) value = change(result.read);
    event.access = value ? Access::update : Access::read;
    event.order =
        static_cast<std::int8_t>(!value && access.failure_order >= 0 ? access.failure_order : access.order);
    join_prefix(base, source);
  } else {
    value = change({});
    event.order = static_cast<std::int8_t>(access.order);
  }
  VectorClock received, message;
  if (reads) {
    get_message(source, received);
    memory::receive(clocks, received, event.order);
  }
  event.epoch = clocks.now.get(e.thread());
  set_clock(graph.clock(e), clocks.now);
  if (value) {
    memory::send(clocks, event.order, reads ? &received : nullptr, message);
    set_clock(graph.message(e), message);
    event.time = message.time;
    event.value = *value;
    result.wrote = true;
    result.written = *value;
  }
  base[e.thread()] = e.index() + 1;
  copy_few(base.data(), width_, graph.prefix(e));
  copy_few(base.data(), width_, prefix_of(e.thread()));
  // Whoever depends on the operation that this is part of depends on what it read.
  complete_operation(e);
  ++executed_[e.thread()];
  graph.enter(e, position);
  count_newer(result, reads ? source : e);
  return result;
}

void Optimal::complete_operation(EventRef e) {
  if (!operation_.real() || operation_.thread() != e.thread()) return;
  ExecutionGraph& graph = now();
  if (graph.at(operation_).kind != static_cast<std::uint8_t>(machine::EventKind::futex_wait)) return;
  for (std::uint32_t i = 0; i < width_; ++i) {
    graph.prefix(operation_)[i] = std::max(graph.clock(operation_)[i], graph.prefix(e)[i]);
  }
}

Performed Optimal::perform_revisited(EventRef e, const AtomicAccess& access, Clocks clocks,
                                     const Change& change) {
  ExecutionGraph& graph = now();
  const EventRef source = graph.at(e).source;
  const std::uint32_t position = graph.position(graph.location(graph.at(e).location), source);
  Performed impossible;
  impossible.how = Performed::How::impossible;
  const std::uint32_t oldest =
      memory::oldest_readable(graph, graph.location(graph.at(e).location), e.thread(), clocks.now);
  if (position < oldest ||
      (access.access == memory::Access::read && reads_too_early(graph.at(e).location, source))) {
    ++discarded_;
    return impossible;
  }
  Numbers base = numbers_of(e.thread());
  join_prefix(base, source);
  const Performed result = settle(e, access, clocks, change, source, position);
  const Location& l = graph.location(graph.at(e).location);
  if (position + (result.wrote ? 1 : 0) < l.mo.size() && !memory::allowed(graph, model_, e)) {
    ++discarded_;
    return impossible;
  }
  if (result.wrote) write_revisits(e, base);
  return result;
}

Performed Optimal::perform_new(const AtomicAccess& access, std::uint32_t location, Clocks clocks,
                               const Change& change) {
  ExecutionGraph& graph = now();
  Event event;
  event.access = access.access;
  event.kind = access.kind;
  event.location = location;
  event.address = access.address;
  event.size = access.size;
  event.pc = access.pc;
  const EventRef e = graph.add(access.thread, event);
  Location& l = graph.location(location);
  Preset preset;
  const bool was_preset = take_preset(access.thread, preset);
  Numbers& base = base_;
  base.assign(prefix_of(access.thread), prefix_of(access.thread) + width_);
  const bool reads = access.access != Access::write;
  const auto last = static_cast<std::uint32_t>(l.mo.size());
  Performed result;
  if (reads) {
    const bool open = !was_preset || preset.source.none();
    const VectorClock before = clocks.now;
    const EventRef source = open ? graph.write_at(l, last) : preset.source;
    result = settle(e, access, clocks, change, source, graph.position(l, source));
    if (open) older_sources(e, access, before, base, change);
  } else {
    const bool open = !was_preset || preset.position == kNowhere;
    const std::uint32_t oldest =
        behind_alike(location, memory::oldest_readable(graph, l, access.thread, clocks.now));
    result = settle(e, access, clocks, change, {}, open ? last : preset.position);
    if (open) older_positions(e, oldest);
    if (!open) preset.revisits = true;  // it has been put before all that it can be put before
  }
  if (was_preset && preset.revisits && frames_.back().first_number == 0) {
    frames_.back().first_number = graph.at(e).performed;
  }
  if (result.wrote && !(was_preset && preset.revisits)) {
    keep_ = base;
    join_prefix(keep_, graph.at(e).source);
    write_revisits(e, keep_);
  }
  return result;
}

/// The other writes that the new event could read from.
void Optimal::older_sources(EventRef e, const AtomicAccess& access, const VectorClock& before,
                            const Numbers& base, const Change& change) {
  ExecutionGraph& graph = now();
  const Location& l = graph.location(graph.at(e).location);
  const bool wrote = is_write(graph.at(e).access);
  const auto last = static_cast<std::uint32_t>(l.mo.size()) - (wrote ? 1 : 0);
  const std::uint32_t number = graph.at(e).added;
  // Itself it is no obstacle: what it read or wrote is taken back.
  graph.undo(e);
  if (operation_.real() && half_done(e.thread(), operation_.index())) {
    std::copy_n(graph.clock(operation_), width_, graph.prefix(operation_));
  }
  const std::uint32_t oldest = memory::oldest_readable(graph, l, e.thread(), before);
  std::vector<Item> forward;
  for (std::uint32_t i = oldest; i < last; ++i) {
    const EventRef source = graph.write_at(l, i);
    const bool writes = access.access == Access::update && change(graph.value_of(l, source)).has_value();
    const int order = !writes && access.failure_order >= 0 ? access.failure_order : access.order;
    if (!writes && reads_too_early(graph.at(e).location, source)) continue;
    Numbers keep = base;
    join_prefix(keep, source);
    if (writes) {
      if (const EventRef other = graph.updated_by(l, source); other.real()) {
        // Both cannot read from it, so the other one goes away, or then reads what this one writes.
        if (other.index() >= keep[other.thread()]) revisits_without(e, number, other, source, keep);
        continue;
      }
    }
    if (!would_be_allowed(e, source, writes, i, order, before, keep)) continue;
    Item item;
    item.what = Item::What::read_from;
    item.thread = e.thread();
    item.number = number;
    item.source = source;
    forward.push_back(item);
  }
  Event& event = graph.at(e);
  event.performed = event.added;
  graph.enter(e, last);
  complete_operation(e);
  frames_.back().items.insert(frames_.back().items.end(), forward.begin(), forward.end());
}

/// The other places in modification order for the new write.
void Optimal::older_positions(EventRef e, std::uint32_t oldest) {
  ExecutionGraph& graph = now();
  const Location& l = graph.location(graph.at(e).location);
  const auto last = static_cast<std::uint32_t>(l.mo.size()) - 1;
  const std::uint32_t number = graph.at(e).performed;
  for (std::uint32_t i = oldest; i < last; ++i) {
    graph.undo(e);
    const Event& next = graph.at(l.mo[i]);
    bool possible = !(next.access == Access::update && next.source == graph.write_at(l, i));
    if (possible) {
      graph.at(e).performed = number;
      graph.enter(e, i);
      possible = memory::allowed(graph, model_, e);
      graph.undo(e);
    }
    graph.at(e).performed = number;
    graph.enter(e, last);
    if (!possible) continue;
    Item item;
    item.what = Item::What::put_behind;
    item.thread = e.thread();
    item.number = number;
    item.position = i;
    frames_.back().items.push_back(item);
  }
}

/// Would the graph be consistent if `e`, which is not in its location now, read from `source`?
bool Optimal::would_be_allowed(EventRef e, EventRef source, bool writes, std::uint32_t position, int order,
                               const VectorClock& before, const Numbers& base) {
  ExecutionGraph& graph = now();
  const Event kept = graph.at(e);
  Numbers clocks(graph.prefix(e), graph.prefix(e) + std::size_t{3} * width_);
  Event& event = graph.at(e);
  event.source = source;
  event.access = writes ? Access::update : Access::read;
  event.order = static_cast<std::int8_t>(order);
  event.performed = event.added;
  VectorClock clock = before;
  if (memory::acquires(order)) {
    VectorClock message;
    get_message(source, message);
    clock.join(message);
  }
  set_clock(graph.clock(e), clock);
  std::copy(base.begin(), base.end(), graph.prefix(e));
  graph.prefix(e)[e.thread()] = e.index() + 1;
  graph.enter(e, position);
  const bool result = memory::allowed(graph, model_, e);
  graph.undo(e);
  graph.at(e) = kept;
  std::copy(clocks.begin(), clocks.end(), graph.prefix(e));
  return result;
}

/// For each read that the new write does not depend on: it may read what is written now.
void Optimal::write_revisits(EventRef e, const Numbers& base) {
  const ExecutionGraph& graph = now();
  const Event& event = graph.at(e);
  const EventRef source = event.access == Access::update ? event.source : EventRef{};
  for_each_read(event.location, [&](EventRef r) {
    if (r == e || r.index() < base[r.thread()] || !maximal(r, base.data(), e)) return;
    add_revisit(e.thread(), event.performed, r, source, base);
  });
}

/// The same for a read-modify-write from a `source` that `other` reads as well: only where that one is undone.
void Optimal::revisits_without(EventRef e, std::uint32_t number, EventRef other, EventRef source,
                               const Numbers& keep) {
  const ExecutionGraph& graph = now();
  for_each_read(graph.at(e).location, [&](EventRef r) {
    if (r.index() < keep[r.thread()] || graph.at(r).added > graph.at(other).performed) return;
    if (maximal(r, keep.data(), e)) add_revisit(e.thread(), number, r, source, keep);
  });
}

bool Optimal::add_fence(int order, std::uint64_t pc, int thread) {
  ExecutionGraph& graph = now();
  make_room(thread);
  const EventRef e(thread, executed_[thread]);
  if (e.index() >= graph.length(thread)) {
    Event event;
    event.access = Access::fence;
    event.order = static_cast<std::int8_t>(order);
    event.kind = static_cast<std::uint8_t>(machine::EventKind::fence);
    event.pc = pc;
    event.added = event.performed = graph.tick();
    graph.add(thread, event);
    std::uint32_t* prefix = graph.prefix(e);
    std::copy_n(prefix_of(thread), width_, prefix);
    prefix[thread] = e.index() + 1;
  }
  const Event& event = graph.at(e);
  if (event.access == Access::fence && event.pc == pc && event.order == order) return true;
  diverged("another operation than before was next of T" + std::to_string(thread));
  return false;
}

void Optimal::note_fence(int thread, const VectorClock& clock) {
  ExecutionGraph& graph = now();
  const EventRef e(thread, executed_[thread]++);
  graph.at(e).epoch = clock.get(thread);
  set_clock(graph.clock(e), clock);
  std::copy_n(graph.prefix(e), width_, prefix_of(thread));
}

bool Optimal::fence(int order, std::uint64_t pc, Clocks clocks) {
  if (!add_fence(order, pc, clocks.thread)) return false;
  if (memory::acquires(order)) clocks.now.join(clocks.acquire_pending);
  note_fence(clocks.thread, clocks.now);
  memory::fence(clocks, order);
  return true;
}

bool Optimal::barrier(std::uint64_t pc, Clocks clocks) {
  if (!add_fence(memory::kSeqCst, pc, clocks.thread)) return false;
  note_fence(clocks.thread, clocks.now);
  return true;
}

void Optimal::value_is(EventRef write, const Value& value) {
  Event& event = now().at(write);
  event.late = true;
  event.value = value;
}

Value Optimal::newest(std::uint64_t address) {
  const memory::Locations::Place& place = places_.at(address, false);
  if (!place.alive) return {};
  const ExecutionGraph& graph = now();
  const Location& l = graph.location(place.location);
  for (std::size_t i = l.mo.size(); i-- > 0;) {
    if (l.mo[i].index() < executed_[l.mo[i].thread()]) return graph.at(l.mo[i]).value;
  }
  return l.initial;
}

namespace {

bool only_tries(std::uint8_t kind) {
  using machine::EventKind;
  const auto k = static_cast<EventKind>(kind);
  return k == EventKind::trylock || k == EventKind::try_read_lock || k == EventKind::try_write_lock ||
         k == EventKind::sem_try_wait;
}

}  // namespace

bool Optimal::reads_newest(int thread, std::uint32_t since) const {
  const ExecutionGraph& graph = frames_.back().graph;
  for (std::uint32_t i = since; i < executed_[thread]; ++i) {
    const EventRef e(thread, i);
    const Event& event = graph.at(e);
    if (event.access == Access::object) {
      // A try that failed: others may have tried as well since, but nobody may have given back what it wants.
      const Location& l = graph.location(event.location);
      for (std::size_t k = l.mo.size(); k-- > 0 && l.mo[k] != e;) {
        if (l.mo[k].thread() != thread && !only_tries(graph.at(l.mo[k]).kind)) return false;
      }
      continue;
    }
    if (!is_read(event.access)) continue;
    const Location& l = graph.location(event.location);
    // Others that spin with read-modify-writes put back what they find.
    const Value seen = graph.value_of(l, event.source);
    for (std::size_t w = graph.position(l, event.source); w < l.mo.size(); ++w) {
      const Event& newer = graph.at(l.mo[w]);
      if (newer.access != Access::update || !(newer.value == seen)) return false;
    }
  }
  return true;
}

void Optimal::forget(std::uint64_t address, std::uint64_t size) {
  places_.overlapping(address, size, [](std::uint64_t, memory::Locations::Place& place) {
    place.alive = false;
    ++place.instance;
  });
}

}  // namespace selvage::search
