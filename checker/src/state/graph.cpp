#include "state/graph.hpp"

#include <algorithm>

namespace selvage::state {

StateId Graph::add(const Hash128& hash, StateId from, const Step& step, const About& about, bool* added) {
  if ((nodes_.size() + 1) * 2 > table_.size()) grow();
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hash.low & mask;
  for (; table_[at] != 0; at = (at + 1) & mask) {
    const StateId known = table_[at] - 1;
    if (nodes_[known].hash == hash) {
      *added = false;
      return known;
    }
  }
  Node node{};
  node.hash = hash;
  node.from = from;
  node.depth = from == kNoState ? 0 : (nodes_[from].depth + 1) & 0x7fffffffU;
  node.step = intern_step(step);
  node.enabled = about.enabled;
  node.time_passes = about.time_passes ? 1 : 0;
  const auto id = static_cast<StateId>(nodes_.size());
  nodes_.push_back(node);
  table_[at] = id + 1;
  *added = true;
  return id;
}

void Graph::grow() {
  std::vector<std::uint32_t> table(table_.empty() ? 1024 : table_.size() * 2);
  const std::size_t mask = table.size() - 1;
  for (StateId id = 0; id < nodes_.size(); ++id) {
    std::size_t at = nodes_[id].hash.low & mask;
    while (table[at] != 0) at = (at + 1) & mask;
    table[at] = id + 1;
  }
  table_ = std::move(table);
}

std::uint32_t Graph::intern_step(const Step& step) {
  std::vector<std::uint16_t> key{static_cast<std::uint16_t>(step.thread)};
  key.insert(key.end(), step.choices.begin(), step.choices.end());
  const auto [known, added] = step_numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(steps_.size()));
  if (added) steps_.push_back(step);
  return known->second;
}

void Graph::add_step(StateId from, StateId to, const Step& step) {
  Node& node = nodes_[from];
  if (node.edge_count == 0) node.first_edge = static_cast<std::uint32_t>(edges_.size());
  ++node.edge_count;
  edges_.push_back({to, step.thread, !step.choices.empty()});
  if (to != kNoState && nodes_[to].depth <= node.depth) back_step_ = true;
}

std::vector<Step> Graph::path_to(StateId state) const {
  std::vector<Step> path;
  for (StateId at = state; nodes_[at].from != kNoState; at = nodes_[at].from) path.push_back(steps_[nodes_[at].step]);
  std::reverse(path.begin(), path.end());
  return path;
}

// Tarjan, Depth-first search and linear graph algorithms, 1972, without recursion.
void Graph::number_components(std::vector<std::uint32_t>& inside, std::uint32_t set, std::uint32_t* next) const {
  struct Frame {
    StateId state;
    std::uint32_t edge;
  };
  std::vector<std::uint32_t> order(nodes_.size(), 0), low(nodes_.size(), 0);
  std::vector<StateId> open;
  std::vector<Frame> frames;
  std::uint32_t count = 0;
  for (StateId root = 0; root < nodes_.size(); ++root) {
    if (inside[root] != set || order[root] != 0) continue;
    frames.push_back({root, 0});
    while (!frames.empty()) {
      Frame& frame = frames.back();
      const Node& node = nodes_[frame.state];
      if (frame.edge == 0) {
        order[frame.state] = low[frame.state] = ++count;
        open.push_back(frame.state);
      }
      bool down = false;
      while (frame.edge < node.edge_count) {
        const Edge& edge = edges_[node.first_edge + frame.edge++];
        if (edge.to == kNoState || edge.chose || inside[edge.to] != set) continue;
        if (order[edge.to] == 0) {
          frames.push_back({edge.to, 0});
          down = true;
          break;
        }
        low[frame.state] = std::min(low[frame.state], order[edge.to]);
      }
      if (down) continue;
      const StateId done = frames.back().state;
      frames.pop_back();
      if (!frames.empty()) low[frames.back().state] = std::min(low[frames.back().state], low[done]);
      if (low[done] != order[done]) continue;
      for (StateId member = kNoState; member != done;) {
        member = open.back();
        open.pop_back();
        inside[member] = *next;  // closed: not in `set` any more
      }
      ++*next;
    }
  }
}

Graph::Cycle Graph::fair_cycle() const {
  if (!back_step_) return {};
  // Each state belongs to one set of states that is still to be looked at, or to none (0).
  std::vector<std::uint32_t> inside(nodes_.size());
  for (StateId s = 0; s < nodes_.size(); ++s) inside[s] = nodes_[s].time_passes != 0 ? 0 : 1;
  std::vector<std::uint32_t> sets{1};
  std::uint32_t next = 2;
  while (!sets.empty()) {
    const std::uint32_t set = sets.back();
    sets.pop_back();
    const std::uint32_t first = next;
    number_components(inside, set, &next);
    std::vector<std::uint64_t> movers(next - first, 0), able(next - first, 0);
    std::vector<StateId> some(next - first, kNoState);
    for (StateId s = 0; s < nodes_.size(); ++s) {
      if (inside[s] < first) continue;
      const std::uint32_t c = inside[s] - first;
      able[c] |= nodes_[s].enabled;
      for (std::uint32_t i = 0; i < nodes_[s].edge_count; ++i) {
        const Edge& edge = edges_[nodes_[s].first_edge + i];
        if (edge.to == kNoState || edge.chose || inside[edge.to] != inside[s]) continue;
        movers[c] |= std::uint64_t{1} << edge.thread;
        some[c] = s;
      }
    }
    for (std::uint32_t c = 0; c < next - first; ++c) {
      if (movers[c] != 0 && (able[c] & ~movers[c]) == 0) return round_in(inside, some[c], movers[c]);
    }
    for (StateId s = 0; s < nodes_.size(); ++s) {
      if (inside[s] < first) continue;
      const std::uint32_t c = inside[s] - first;
      if (movers[c] == 0 || (nodes_[s].enabled & ~movers[c]) != 0) inside[s] = 0;
    }
    for (std::uint32_t c = 0; c < next - first; ++c) {
      if (movers[c] != 0) sets.push_back(first + c);
    }
  }
  return {};
}

// From `start`, by way of a step of each mover, back to `start`: all in the component of `start`.
Graph::Cycle Graph::round_in(const std::vector<std::uint32_t>& inside, StateId start, std::uint64_t movers) const {
  Cycle cycle;
  cycle.entry = start;
  StateId at = start;
  const auto walk_to = [&](const auto& arrived) {
    std::vector<std::pair<StateId, std::uint32_t>> queue{{at, 0}};  // a state, and where in the queue it came from
    std::vector<std::int8_t> by{-1};
    std::vector<bool> met(nodes_.size());
    met[at] = true;
    for (std::uint32_t head = 0; head < queue.size(); ++head) {
      const StateId from = queue[head].first;
      for (std::uint32_t i = 0; i < nodes_[from].edge_count; ++i) {
        const Edge& edge = edges_[nodes_[from].first_edge + i];
        if (edge.to == kNoState || edge.chose || inside[edge.to] != inside[start]) continue;
        if (!arrived(edge)) {
          if (met[edge.to]) continue;
          met[edge.to] = true;
          queue.emplace_back(edge.to, head);
          by.push_back(edge.thread);
          continue;
        }
        std::vector<std::int8_t> way{edge.thread};
        for (std::uint32_t back = head; back != 0; back = queue[back].second) way.push_back(by[back]);
        cycle.round.insert(cycle.round.end(), way.rbegin(), way.rend());
        at = edge.to;
        return;
      }
    }
  };
  for (std::uint64_t rest = movers; rest != 0; rest &= rest - 1) {
    const std::uint64_t lowest = rest & -rest;
    walk_to([&](const Edge& edge) { return std::uint64_t{1} << edge.thread == lowest; });
  }
  if (at != start) walk_to([&](const Edge& edge) { return edge.to == start; });
  return cycle;
}

std::uint64_t Graph::memory() const {
  return nodes_.capacity() * sizeof(Node) + table_.capacity() * sizeof(std::uint32_t) + edges_.capacity() * sizeof(Edge);
}

}  // namespace selvage::state
