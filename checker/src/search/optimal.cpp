#include "search/optimal.hpp"

#include <algorithm>
#include <bit>

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

bool is_atomic(EventKind kind) {
  switch (kind) {
    case EventKind::atomic_load:
    case EventKind::atomic_store:
    case EventKind::atomic_rmw:
    case EventKind::atomic_cas:
    case EventKind::plain_read:
    case EventKind::plain_write:
      return true;
    default:
      return false;
  }
}

constexpr std::uint64_t bit(int thread) { return std::uint64_t{1} << thread; }

}  // namespace

void Optimal::begin() {
  std::fill(executed_.begin(), executed_.end(), 0);
  std::fill(prefixes_.begin(), prefixes_.end(), 0);
  places_.new_run();
  operation_ = {};
  behind_.clear();
  std::fill(alike_.begin(), alike_.end(), -1);
  next_keep_ = 0;
  make_room(now().threads());
}

void Optimal::restart() {
  forget_kept();
  frames_.clear();
  frames_.emplace_back();
  frames_.back().graph = ExecutionGraph(width_);
  parts_.clear();
  part_ = 0;
  splitting_ = wanted_ > 0;
  was_split_ = false;
  preset_ = {};
  choice_thread_ = -1;
  covered_ = 0;
  weight_ = 1;
  weighed_ = 0;
  begin();
}

void Optimal::make_room(int thread) {
  const auto threads = static_cast<std::uint32_t>(thread) + 1;
  if (threads > width_) {
    std::uint32_t wider = width_;
    while (wider < threads) wider *= 2;
    const auto widened = [&](const Numbers& from) {
      Numbers to(from.size() / width_ * wider);
      for (std::size_t i = 0; i < from.size(); ++i) to[i / width_ * wider + i % width_] = from[i];
      return to;
    };
    for (Frame& f : frames_) {
      f.graph.widen(wider);
      for (Item& item : f.items) item.keep = item.keep / width_ * wider;
      f.keeps = widened(f.keeps);
    }
    prefixes_ = widened(prefixes_);
    forget_kept();
    width_ = wider;
  }
  if (executed_.size() < width_) {
    executed_.resize(width_);
    prefixes_.resize(std::size_t{width_} * width_);
  }
}

void Optimal::started(int parent, int child) {
  make_room(child);
  std::copy_n(prefix_of(parent), width_, prefix_of(child));
}

void Optimal::learned(int thread, int from) {
  std::uint32_t* to = prefix_of(thread);
  const std::uint32_t* more = prefix_of(from);
  for (std::uint32_t i = 0; i < width_; ++i) to[i] = std::max(to[i], more[i]);
}

// --- who moves next

bool Optimal::ready(int thread) const {
  const ExecutionGraph& graph = frames_.back().graph;
  const std::uint32_t at = executed_[thread];
  if (at >= graph.length(thread)) return false;
  const EventRef e(thread, at);
  if (graph.at(e).performed == 0) return false;
  const std::uint32_t* needs = graph.prefix(e);
  for (int t = 0; t < graph.threads(); ++t) {
    if (t != thread && needs[t] > executed_[t]) return false;
  }
  return true;
}

bool Optimal::half_done(int thread, std::uint32_t at) const {
  const ExecutionGraph& graph = frames_.back().graph;
  if (at >= graph.length(thread)) return false;
  const Event& event = graph.at({thread, at});
  if (event.performed == 0 || event.kind != static_cast<std::uint8_t>(EventKind::futex_wait)) return false;
  return event.access == Access::object &&
         (at + 1 >= graph.length(thread) || graph.at({thread, at + 1}).performed == 0);
}

int Optimal::diverged(std::string what) {
  explanation_ = std::move(what);
  return kDiverged;
}

int Optimal::pick_thread(const ChoicePoint& point) {
  ExecutionGraph& graph = now();
  operation_ = {};
  make_room(63 - std::countl_zero(point.enabled));
  // What is in the graph comes first, in any order that its dependences allow.
  bool replayed = true;
  for (int i = -1; i < graph.threads(); ++i) {
    const int t = i < 0 ? point.current : i;
    if (executed_[t] >= graph.length(t) || graph.at({t, executed_[t]}).performed == 0 || half_done(t))
      continue;
    replayed = false;
    if ((point.enabled & bit(t)) != 0 && ready(t)) return step(t, *point.pending[t]);
  }
  const auto passes = [&](int t) {
    return point.pending[t]->kind == EventKind::preempt && (point.enabled & bit(t)) != 0;
  };
  if (!replayed) {
    for (int t = 0; t < graph.threads(); ++t) {
      if (passes(t)) return t;
    }
    return diverged("none of the operations that were possible before is possible now");
  }
  // Then what is new in it, and what was half done, which may read from that.
  if (preset_.thread >= 0 && !half_done(preset_.thread)) {
    if ((point.enabled & bit(preset_.thread)) != 0 && !is_behind(preset_.thread, point))
      return step(preset_.thread, *point.pending[preset_.thread]);
    ++discarded_;
    return kCut;
  }
  for (int t = 0; t < graph.threads(); ++t) {
    if (half_done(t) && (point.enabled & bit(t)) != 0) return step(t, *point.pending[t]);
  }
  // What was revisited goes on as soon as it can; and then whoever comes first.
  std::uint64_t fresh = point.enabled;
  for (int t = 0; t < graph.threads(); ++t) {
    if (executed_[t] >= graph.length(t)) continue;
    if ((point.enabled & bit(t)) != 0 && !is_behind(t, point)) return step(t, *point.pending[t]);
    fresh &= ~bit(t);
  }
  for (std::uint64_t rest = fresh; rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    if (!passes(t) && !is_behind(t, point)) return step(t, *point.pending[t]);
  }
  std::uint64_t polling = 0;
  for (std::uint64_t rest = point.enabled; rest != 0; rest &= rest - 1) {
    if (passes(std::countr_zero(rest))) polling |= rest & -rest;
  }
  if (polling == 0) return diverged("threads that were interchangeable wait for each other");
  const std::uint64_t after = polling & ~(bit(point.current) | (bit(point.current) - 1));
  return std::countr_zero(after != 0 ? after : polling);
}

int Optimal::step(int thread, const Op& op) {
  if (!alike_.empty()) depend_on_alike(thread, op);
  if (is_atomic(op.kind) || op.kind == EventKind::preempt)
    return thread;  // becomes an event when it is performed
  return perform_object(thread, op) ? thread : kDiverged;
}

bool Optimal::take_preset(int thread, Preset& preset) {
  if (preset_.thread != thread) return false;
  preset = preset_;
  preset_ = {};
  return true;
}

void Optimal::stuck(std::uint64_t threads, const Op* const* pending) {
  for (std::uint64_t rest = threads; rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    const Op& op = *pending[t];
    make_room(t);
    if (is_atomic(op.kind) || op.footprint == Footprint::none || op.address == 0 ||
        executed_[t] < now().length(t))
      continue;
    if (waits_behind(t, threads, pending)) continue;
    const Numbers base = numbers_of(t);
    // A number of its own, so that each may have the same event revisited.
    const std::uint32_t number = now().tick();
    object_revisits(t, op.kind, object_at(op.address), op.footprint != Footprint::read, {}, base, number);
  }
}

// --- choices

int Optimal::pick_alternative(int count, bool /*branching*/) {
  ExecutionGraph& graph = now();
  const int thread = running;
  make_room(thread);
  const std::uint32_t index = executed_[thread];
  const EventRef e(thread, index);
  if (index < graph.length(thread)) {
    const Event& event = graph.at(e);
    if (event.access != Access::choice || event.choices != static_cast<std::uint32_t>(count)) {
      return diverged("another number of values than before was possible for T" + std::to_string(thread));
    }
  } else {
    Event event;
    event.access = Access::choice;
    event.choices = static_cast<std::uint32_t>(count);
    event.added = event.performed = graph.tick();
    if (choice_thread_ == thread) {
      event.chosen = choice_value_;
      choice_thread_ = -1;
    } else {
      for (int value = count - 1; value > 0; --value) {
        Item item;
        item.what = Item::What::choose;
        item.thread = thread;
        item.number = event.added;
        item.position = static_cast<std::uint32_t>(value);
        frames_.back().items.push_back(item);
      }
    }
    graph.add(thread, event);
    std::uint32_t* prefix = graph.prefix(e);
    std::copy_n(prefix_of(thread), width_, prefix);
    prefix[thread] = index + 1;
  }
  std::copy_n(graph.prefix(e), width_, prefix_of(thread));
  ++executed_[thread];
  // Whoever depends on the operation depends on what it chose.
  if (operation_.real() && operation_.thread() == thread) {
    std::uint32_t& own = graph.prefix(operation_)[thread];
    own = std::max(own, index + 1);
  }
  return static_cast<int>(graph.at(e).chosen);
}

// --- what remains to be explored

/// Is `write` newer than all others that were performed before `number` or are in `keep`?
bool Optimal::latest(const Location& l, EventRef write, std::uint32_t number,
                     const std::uint32_t* keep) const {
  const ExecutionGraph& graph = frames_.back().graph;
  for (std::size_t i = l.mo.size(); i-- > 0;) {
    if (l.mo[i] == write) return true;
    if (graph.at(l.mo[i]).performed < number || l.mo[i].index() < keep[l.mo[i].thread()]) return false;
  }
  return true;
}

/// Would all that goes away when `revisited` is revisited by `self`, with `keep` kept, come back without a choice?
bool Optimal::maximal(EventRef revisited, const std::uint32_t* keep, EventRef self) const {
  const ExecutionGraph& graph = frames_.back().graph;
  const std::uint32_t number = graph.at(revisited).added;
  const auto undone = [&](EventRef e) {
    return graph.at(e).performed >= number && e.index() >= keep[e.thread()];
  };
  for (int t = 0; t < graph.threads(); ++t) {
    for (std::uint32_t i = 0; i < graph.length(t); ++i) {
      const EventRef e(t, i);
      const Event& event = graph.at(e);
      // Who was put before an event must stay, as that event then has to come after it.
      if (event.revisitor.real() && event.revisitor.index() < graph.length(event.revisitor.thread()) &&
          undone(event.revisitor)) {
        return false;
      }
      if (event.performed == 0 || !undone(e) || e == self) continue;
      if (event.access == Access::choice && event.chosen != 0) return false;
      if (event.access == Access::object || event.location == kNowhere) continue;
      const Location& l = graph.location(event.location);
      const bool goes =
          event.added >= number;  // else only what it did is undone, and whom it reads from stays
      if (is_read(event.access) && goes && !latest(l, event.source, event.added, keep)) return false;
      if (is_write(event.access) && !latest(l, e, event.performed, keep)) return false;
    }
  }
  return true;
}

void Optimal::add_revisit(int thread, std::uint32_t number, EventRef revisited, EventRef source,
                          const Numbers& keep) {
  Frame& frame = frames_.back();
  Item item;
  item.what = Item::What::revisit;
  item.thread = thread;
  item.number = number;
  item.revisited = revisited;
  item.source = source;
  item.keep = frame.keeps.size();
  frame.keeps.insert(frame.keeps.end(), keep.begin(), keep.begin() + width_);
  frame.items.push_back(item);
}

/// All that is left of the graph becomes parts.
void Optimal::set_apart() {
  while (!frames_.back().items.empty()) {
    const Item item = frames_.back().items.back();
    frames_.back().items.pop_back();
    Frame copy = frames_.back();
    copy.items.clear();
    frames_.push_back(std::move(copy));
    apply(item);
    frames_.back().keeps.clear();
    parts_.push_back({std::move(frames_.back()), preset_, choice_thread_, choice_value_, item.weight});
    frames_.resize(1);
  }
}

void Optimal::take_part(Part& part) {
  // Where states are kept decides in which order events come, so it must not depend on other parts.
  forget_kept();
  length_ = 0;
  frames_.clear();
  frames_.push_back(std::move(part.frame));
  if (now().width() != width_) now().widen(width_);
  preset_ = part.preset;
  choice_thread_ = part.choice_thread;
  choice_value_ = part.choice_value;
  weight_ = part.weight;
  weighed_ = 0;
}

bool Optimal::was_split() {
  const bool was = was_split_;
  was_split_ = false;
  // What has been taken is put back, so that all are alike.
  if (was) {
    first_part_ = part_ - 1;
    parts_[first_part_] = {frames_.back(), preset_, choice_thread_, choice_value_, weight_};
  }
  return was;
}

void Optimal::only_part(std::size_t index) {
  take_part(parts_[first_part_ + index]);
  part_ = parts_.size();
}

void Optimal::prefer_part(std::size_t index) {
  std::swap(parts_[first_part_], parts_[first_part_ + index]);
  take_part(parts_[first_part_]);
}

/// Each part has a graph of its own. Where that would take too much memory, one process searches.
bool Optimal::too_large_to_split() const {
  constexpr std::size_t kMostEvents = 1 << 19;  // of all parts together, some 100 MB
  std::size_t events = 0;
  for (int t = 0; t < frames_.back().graph.threads(); ++t) events += frames_.back().graph.length(t);
  return events * frames_.back().items.size() > kMostEvents;
}

bool Optimal::next() {
  weigh();
  length_ = count();
  if (splitting_ && too_large_to_split()) splitting_ = false;
  if (splitting_) {
    set_apart();
    if (parts_.size() - part_ >= wanted_) {
      splitting_ = false;
      was_split_ = true;
    }
    if (part_ == parts_.size()) return false;
    take_part(parts_[part_++]);
    return true;
  }
  while (true) {
    Frame& frame = frames_.back();
    if (!frame.items.empty()) {
      const Item item = frame.items.back();
      frame.items.pop_back();
      apply(item);
      weight_ = item.weight;
      weighed_ = frames_.back().items.size();
      return true;
    }
    if (frames_.size() == 1) {
      if (part_ == parts_.size()) return false;
      take_part(parts_[part_++]);
      return true;
    }
    spare_frames_.push_back(std::move(frames_.back()));
    frames_.pop_back();
    while (!kept_.empty() && kept_.back().frame > frames_.size()) drop_kept(kept_.size() - 1);
  }
}

/// A frame to be filled in; its memory was another's before.
Optimal::Frame Optimal::spare_frame() {
  if (spare_frames_.empty()) return Frame();
  Frame frame = std::move(spare_frames_.back());
  spare_frames_.pop_back();
  frame.items.clear();
  frame.keeps.clear();
  frame.first = {};
  frame.first_number = 0;
  return frame;
}

void Optimal::apply(const Item& item) {
  Frame& frame = frames_.back();
  frame.graph.cut(item.number - 1);
  while (!kept_.empty() && kept_.back().frame == frames_.size() && kept_.back().last >= item.number)
    drop_kept(kept_.size() - 1);
  forget_halves();
  preset_ = {};
  choice_thread_ = -1;
  if (frame.first_number >= item.number) frame.first_number = 0;
  if (frame.first.thread >= 0 && frame.first_number == 0) preset_ = frame.first;
  switch (item.what) {
    case Item::What::read_from:
      preset_.thread = item.thread;
      preset_.source = item.source;
      break;
    case Item::What::put_behind:
      preset_.thread = item.thread;
      preset_.position = item.position;
      break;
    case Item::What::choose:
      choice_thread_ = item.thread;
      choice_value_ = item.position;
      break;
    case Item::What::revisit: {
      const std::uint32_t* keep = frame.keeps.data() + item.keep;
      const EventRef revisitor(item.thread, keep[item.thread]);
      Frame next = spare_frame();
      frame.graph.restrict_into(next.graph, frame.graph.at(item.revisited).added, keep);
      Event& r = next.graph.at(item.revisited);
      r.revisitor = revisitor;
      if (r.access != Access::object) r.source = revisitor;
      next.shared = frame.graph.at(item.revisited).added;
      next.first.thread = item.thread;
      next.first.source = item.source;
      next.first.revisits = true;
      preset_ = next.first;
      frame.keeps.resize(item.keep);
      frames_.push_back(std::move(next));
      forget_halves();
      break;
    }
  }
}

/// What is half done depends on what its first half does.
void Optimal::forget_halves() {
  if (!has_halves_) return;
  ExecutionGraph& graph = now();
  for (int t = 0; t < graph.threads(); ++t) {
    for (std::uint32_t back = 1; back <= 2 && back <= graph.length(t); ++back) {
      const EventRef e(t, graph.length(t) - back);
      if (half_done(t, e.index())) std::copy_n(graph.clock(e), width_, graph.prefix(e));
    }
  }
}

bool Optimal::ended_early() const {
  const ExecutionGraph& graph = frames_.back().graph;
  for (int t = 0; t < graph.threads(); ++t) {
    if (executed_[t] < graph.length(t) && graph.at({t, executed_[t]}).performed != 0) return true;
  }
  return false;
}

}  // namespace selvage::search
