#include "memory/consistency.hpp"

#include <algorithm>
#include <bit>

#include "memory/orders.hpp"

namespace selvage::memory {

std::uint32_t oldest_readable(const ExecutionGraph& graph, const Location& l, int thread,
                              const VectorClock& now) {
  std::uint32_t oldest = 0;
  for (std::uint32_t i = static_cast<std::uint32_t>(l.mo.size()); i-- > 0;) {
    if (!graph.happens_before(l.mo[i], thread, now)) continue;
    oldest = i + 1;
    break;
  }
  // Of each thread only the last read counts: those before it read nothing newer.
  std::uint32_t length[race::kMaxThreads];
  for (int t = 0; t < graph.threads(); ++t) length[t] = 0;
  for (const EventRef r : l.reads) {
    if (r.index() >= length[r.thread()] && graph.happens_before(r, thread, now))
      length[r.thread()] = r.index() + 1;
  }
  for (int t = 0; t < graph.threads(); ++t) {
    if (length[t] == 0) continue;
    oldest = std::max(oldest, graph.position(l, graph.at({t, length[t] - 1}).source));
  }
  return oldest;
}

namespace {

/// Does a path of po ∪ rf ∪ mo ∪ fr lead from `from` to `to`?
class Reach {
 public:
  Reach(const ExecutionGraph& graph, EventRef to) : graph_(graph), to_(to) {
    for (int t = 0; t < graph.threads(); ++t) reached_[t] = done_[t] = graph.length(t);
  }
  void start(EventRef e) { reached_[e.thread()] = std::min(reached_[e.thread()], e.index()); }
  bool run() {
    for (bool more = true; more;) {
      more = false;
      for (int t = 0; t < graph_.threads(); ++t) {
        if (reached_[t] >= done_[t]) continue;
        more = true;
        const std::uint32_t from = reached_[t], to = done_[t];
        done_[t] = from;
        // What depends on the first of them depends, later in its thread, on the others.
        reach_dependents({t, from});
        for (std::uint32_t i = from; i < to; ++i) {
          if (!follow({t, i})) return true;
        }
        if (reached_[to_.thread()] <= to_.index()) return true;
      }
    }
    return false;
  }

 private:
  void reach_dependents(EventRef e) {
    for (int t = 0; t < graph_.threads(); ++t) {
      if (t == e.thread()) continue;
      std::uint32_t low = 0, high = reached_[t];
      while (low < high) {
        const std::uint32_t middle = (low + high) / 2;
        if (graph_.depends({t, middle}, e)) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      reached_[t] = std::min(reached_[t], low);
    }
  }
  /// False where `e` is what is looked for.
  bool follow(EventRef e) {
    if (e == to_) return false;
    const Event& event = graph_.at(e);
    if (event.performed == 0 || event.location == kNowhere || event.access == Access::object) return true;
    const Location& l = graph_.location(event.location);
    const std::uint32_t at = graph_.position(l, is_write(event.access) ? e : event.source);
    if (at < l.mo.size()) start(l.mo[at]);
    return true;
  }
  const ExecutionGraph& graph_;
  EventRef to_;
  std::uint32_t reached_[race::kMaxThreads], done_[race::kMaxThreads];
};

}  // namespace

bool sequentially_consistent(const ExecutionGraph& graph, EventRef last) {
  const Event& event = graph.at(last);
  const Location& l = graph.location(event.location);
  const std::uint32_t at = graph.position(l, is_write(event.access) ? last : event.source);
  if (at >= l.mo.size()) return true;
  Reach reach(graph, last);
  reach.start(l.mo[at]);
  return !reach.run();
}

namespace {

/// Sets of events as rows of bits.
class Relation {
 public:
  explicit Relation(std::uint32_t size) : words_((size + 63) / 64), bits_(std::size_t{size} * words_) {}
  void add(std::uint32_t a, std::uint32_t b) { row(a)[b / 64] |= std::uint64_t{1} << b % 64; }
  [[nodiscard]] bool has(std::uint32_t a, std::uint32_t b) const {
    return (row(a)[b / 64] >> b % 64 & 1) != 0;
  }
  [[nodiscard]] std::uint64_t* row(std::uint32_t a) { return bits_.data() + std::size_t{a} * words_; }
  [[nodiscard]] const std::uint64_t* row(std::uint32_t a) const {
    return bits_.data() + std::size_t{a} * words_;
  }
  void join(std::uint32_t a, const std::uint64_t* set) {
    for (std::uint32_t i = 0; i < words_; ++i) row(a)[i] |= set[i];
  }
  /// to[a] ∪= the union of `other`'s rows over this relation's row a.
  void compose_into(std::uint32_t a, const Relation& other, Relation& to) const {
    for (std::uint32_t w = 0; w < words_; ++w) {
      for (std::uint64_t rest = row(a)[w]; rest != 0; rest &= rest - 1) {
        to.join(a, other.row(w * 64 + static_cast<std::uint32_t>(std::countr_zero(rest))));
      }
    }
  }
  [[nodiscard]] bool acyclic(std::uint32_t size) {
    for (std::uint32_t k = 0; k < size; ++k) {
      for (std::uint32_t i = 0; i < size; ++i) {
        if (has(i, k)) join(i, row(k));
      }
    }
    for (std::uint32_t i = 0; i < size; ++i) {
      if (has(i, i)) return false;
    }
    return true;
  }

 private:
  std::uint32_t words_;
  std::vector<std::uint64_t> bits_;
};

/// A read or a write or a fence: a read-modify-write is two of them.
struct Node {
  EventRef event;
  bool writes, sc, fence;
  std::uint32_t location;
};

/// Of fewer than two, there is always an order: mostly there is nothing to be found out.
bool has_two_seq_cst(const ExecutionGraph& graph) {
  int count = 0;
  for (int t = 0; t < graph.threads(); ++t) {
    for (std::uint32_t i = 0; i < graph.length(t); ++i) {
      const Event& event = graph.at({t, i});
      if (event.order != kSeqCst || event.performed == 0) continue;
      if (event.access == Access::object || event.access == Access::choice) continue;
      if (++count == 2) return true;
    }
  }
  return false;
}

}  // namespace

bool seq_cst_order_exists(const ExecutionGraph& graph) {
  if (!has_two_seq_cst(graph)) return true;
  std::vector<Node> nodes;
  for (int t = 0; t < graph.threads(); ++t) {
    for (std::uint32_t i = 0; i < graph.length(t); ++i) {
      const EventRef e(t, i);
      const Event& event = graph.at(e);
      if (event.performed == 0 || event.access == Access::object || event.access == Access::choice) continue;
      const bool sc = event.order == kSeqCst;
      const bool fence = event.access == Access::fence;
      if (fence || is_read(event.access)) nodes.push_back({e, false, sc, fence, event.location});
      if (is_write(event.access)) nodes.push_back({e, true, sc, false, event.location});
    }
  }
  const auto n = static_cast<std::uint32_t>(nodes.size());
  // Position in modification order of what each node reads or writes.
  std::vector<std::uint32_t> at(n, 0);
  for (std::uint32_t i = 0; i < n; ++i) {
    if (nodes[i].fence) continue;
    const Location& l = graph.location(nodes[i].location);
    at[i] = graph.position(l, nodes[i].writes ? nodes[i].event : graph.at(nodes[i].event).source);
  }
  Relation sb_elsewhere(n), hb(n), scb(n), eco(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    const Node& a = nodes[i];
    for (std::uint32_t j = 0; j < n; ++j) {
      if (i == j) continue;
      const Node& b = nodes[j];
      const bool same = !a.fence && !b.fence && a.location == b.location;
      const bool po = a.event.thread() == b.event.thread() &&
                      (a.event.index() < b.event.index() || (a.event == b.event && !a.writes && b.writes));
      if (po) {
        scb.add(i, j);
        if (!same) sb_elsewhere.add(i, j);
      }
      const bool before = po || (a.event != b.event && graph.happens_before(a.event, b.event));
      if (before) {
        hb.add(i, j);
        if (same) scb.add(i, j);
      }
      if (!same) continue;
      // mo, fr: both lead to a write that is newer. rf: from a write to what reads it.
      if (b.writes && at[i] < at[j] && (a.writes || a.event != b.event)) scb.add(i, j);
      if (b.writes ? at[i] < at[j] : a.writes ? at[i] <= at[j] : at[i] < at[j]) eco.add(i, j);
    }
  }
  Relation first(n), second(n);
  for (std::uint32_t i = 0; i < n; ++i) sb_elsewhere.compose_into(i, hb, first);
  for (std::uint32_t i = 0; i < n; ++i) first.compose_into(i, sb_elsewhere, second);
  for (std::uint32_t i = 0; i < n; ++i) scb.join(i, second.row(i));
  Relation from(n), reach(n), hb_eco(n), hb_eco_hb(n), psc(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    if (!nodes[i].sc) continue;
    from.add(i, i);
    if (nodes[i].fence) {
      from.join(i, hb.row(i));
      hb.compose_into(i, eco, hb_eco);
      hb_eco.compose_into(i, hb, hb_eco_hb);
    }
    from.compose_into(i, scb, reach);
    for (std::uint32_t j = 0; j < n; ++j) {
      if (!nodes[j].sc) continue;
      bool related = reach.has(i, j);
      if (nodes[j].fence) {
        for (std::uint32_t k = 0; k < n && !related; ++k) related = reach.has(i, k) && hb.has(k, j);
        if (nodes[i].fence && i != j) related = related || hb.has(i, j);
        if (nodes[i].fence) related = related || hb_eco_hb.has(i, j);
      }
      if (related) psc.add(i, j);
    }
  }
  return psc.acyclic(n);
}

bool allowed(const ExecutionGraph& graph, MemoryModel model, EventRef last) {
  return model == MemoryModel::sc ? sequentially_consistent(graph, last) : seq_cst_order_exists(graph);
}

}  // namespace selvage::memory
