#include "memory/execution_graph.hpp"

#include <algorithm>

namespace selvage::memory {

std::uint32_t ExecutionGraph::location_of(std::uint64_t address, std::uint32_t instance, std::uint32_t size,
                                          bool object, Value initial) {
  // Few, and asked for once an execution by each event: from the end, where the latest are.
  for (std::uint32_t i = locations(); i-- > 0;) {
    const Location& l = locations_[i];
    if (l.address == address && l.instance == instance && l.object == object) return i;
  }
  Location l;
  l.address = address;
  l.instance = instance;
  l.size = size;
  l.object = object;
  l.initial = initial;
  locations_.push_back(std::move(l));
  return locations() - 1;
}

EventRef ExecutionGraph::add(int thread, const Event& event) {
  if (thread >= threads()) threads_.resize(static_cast<std::size_t>(thread) + 1);
  ThreadEvents& t = threads_[thread];
  t.events.push_back(event);
  t.clocks.resize(t.events.size() * 3 * width_);
  return {thread, static_cast<std::uint32_t>(t.events.size() - 1)};
}

void ExecutionGraph::widen(std::uint32_t width) {
  for (ThreadEvents& t : threads_) {
    std::vector<std::uint32_t> wider(t.events.size() * 3 * width);
    for (std::size_t i = 0; i < t.events.size() * 3; ++i) {
      std::copy_n(t.clocks.data() + i * width_, width_, wider.data() + i * width);
    }
    t.clocks = std::move(wider);
  }
  width_ = width;
}

std::uint32_t ExecutionGraph::position(const Location& l, EventRef write) const {
  if (!write.real()) return 0;
  for (std::uint32_t i = static_cast<std::uint32_t>(l.mo.size()); i-- > 0;) {
    if (l.mo[i] == write) return i + 1;
  }
  return 0;
}

EventRef ExecutionGraph::updated_by(const Location& l, EventRef write) const {
  const std::uint32_t next = position(l, write);
  if (next >= l.mo.size()) return {};
  const Event& e = at(l.mo[next]);
  return e.access == Access::update && e.source == write ? l.mo[next] : EventRef{};
}

void ExecutionGraph::undo(EventRef e) {
  Event& event = at(e);
  if (event.performed == 0) return;
  event.performed = 0;
  for (const std::uint32_t l : {event.location, event.second}) {
    if (l == kNowhere) continue;
    Location& place = locations_[l];
    if (event.access == Access::read) {
      std::erase(place.reads, e);
    } else {
      std::erase(place.mo, e);
    }
  }
}

void ExecutionGraph::enter(EventRef e, std::uint32_t behind) {
  const Event& event = at(e);
  if (event.access == Access::read) {
    locations_[event.location].reads.push_back(e);
    return;
  }
  if (event.access == Access::object) {
    locations_[event.location].mo.push_back(e);
    if (event.second != kNowhere) locations_[event.second].mo.push_back(e);
    return;
  }
  if (!is_write(event.access)) return;
  auto& mo = locations_[event.location].mo;
  mo.insert(mo.begin() + behind, e);
}

void ExecutionGraph::shorten(int thread, std::uint32_t length) {
  ThreadEvents& t = threads_[thread];
  t.events.resize(length);
  t.clocks.resize(std::size_t{length} * 3 * width_);
}

void ExecutionGraph::cut(std::uint32_t number) {
  for (Location& l : locations_) {
    const auto gone = [&](EventRef e) { return at(e).performed > number; };
    std::erase_if(l.mo, gone);
    std::erase_if(l.reads, gone);
  }
  for (int t = 0; t < threads(); ++t) {
    auto& events = threads_[t].events;
    std::uint32_t keep = 0;
    while (keep < events.size() && events[keep].added <= number) {
      if (events[keep].performed > number) events[keep].performed = 0;
      ++keep;
    }
    shorten(t, keep);
  }
  clock_ = number;
}

void ExecutionGraph::restrict_into(ExecutionGraph& r, std::uint32_t number, const std::uint32_t* keep) const {
  r.width_ = width_;
  r.clock_ = clock_;
  r.threads_.resize(threads_.size());
  const auto stays_performed = [&](EventRef e) {
    return at(e).performed < number || e.index() < keep[e.thread()];
  };
  for (int t = 0; t < threads(); ++t) {
    const ThreadEvents& from = threads_[t];
    std::uint32_t length = 0;
    while (length < from.events.size() && (from.events[length].added <= number || length < keep[t])) ++length;
    ThreadEvents& to = r.threads_[t];
    to.events.assign(from.events.begin(), from.events.begin() + length);
    to.clocks.assign(from.clocks.begin(),
                     from.clocks.begin() + static_cast<std::ptrdiff_t>(std::size_t{length} * 3 * width_));
    for (std::uint32_t i = 0; i < length; ++i) {
      if (!stays_performed({t, i})) to.events[i].performed = 0;
    }
  }
  r.locations_.resize(locations_.size());
  for (std::size_t i = 0; i < locations_.size(); ++i) {
    const Location& l = locations_[i];
    Location& to = r.locations_[i];
    to.mo.clear();
    to.reads.clear();
    to.address = l.address;
    to.instance = l.instance;
    to.size = l.size;
    to.object = l.object;
    to.initial = l.initial;
    for (const EventRef e : l.mo) {
      if (e.index() < r.length(e.thread()) && r.at(e).performed != 0) to.mo.push_back(e);
    }
    for (const EventRef e : l.reads) {
      if (e.index() < r.length(e.thread()) && r.at(e).performed != 0) to.reads.push_back(e);
    }
  }
}

std::uint64_t ExecutionGraph::fingerprint() const {
  // Order of locations differs with how the graph was reached: each is mixed on its own, and the sum taken.
  const auto mix = [](std::uint64_t h, std::uint64_t x) {
    h = (h ^ x) * 0x9e3779b97f4a7c15;
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9;
    return h ^ h >> 32;
  };
  std::uint64_t sum = 0;
  for (int t = 0; t < threads(); ++t) {
    for (std::uint32_t i = 0; i < length(t); ++i) {
      const Event& e = at({t, i});
      std::uint64_t h = mix(EventRef(t, i).bits, static_cast<std::uint64_t>(e.access) << 8 | e.kind);
      h = mix(h, e.source.bits);
      h = mix(h, e.chosen);
      h = mix(h, e.location == kNowhere ? 0 : locations_[e.location].address);
      sum += h;
    }
  }
  for (const Location& l : locations_) {
    std::uint64_t h = mix(l.address, l.instance);
    if (l.object) {
      // Only the order of those that conflict counts.
      for (std::size_t i = 0; i < l.mo.size(); ++i) {
        for (std::size_t j = i + 1; j < l.mo.size(); ++j) {
          if (at(l.mo[i]).exclusive || at(l.mo[j]).exclusive) sum += mix(mix(h, l.mo[i].bits), l.mo[j].bits);
        }
      }
      continue;
    }
    for (const EventRef e : l.mo) h = mix(h, e.bits);
    sum += h;
  }
  return sum;
}

}  // namespace selvage::memory
