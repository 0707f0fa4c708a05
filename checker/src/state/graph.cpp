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
  if (step.choices.empty()) {
    const auto slot = static_cast<std::size_t>(step.thread + 1);
    if (slot >= plain_steps_.size()) plain_steps_.resize(slot + 1);
    if (plain_steps_[slot] == 0) {
      steps_.push_back(step);
      plain_steps_[slot] = static_cast<std::uint32_t>(steps_.size());
    }
    return plain_steps_[slot] - 1;
  }
  std::vector<std::uint16_t> key{static_cast<std::uint16_t>(step.thread)};
  key.insert(key.end(), step.choices.begin(), step.choices.end());
  const auto [known, added] =
      step_numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(steps_.size()));
  if (added) steps_.push_back(step);
  return known->second;
}

void Graph::add_step(StateId from, StateId to, const Step& step) {
  Node& node = nodes_[from];
  if (node.edge_count == 0) node.first_edge = static_cast<std::uint32_t>(edges_.size());
  ++node.edge_count;
  edges_.push_back({to, intern_step(step)});
  if (to != kNoState && nodes_[to].depth <= node.depth) back_step_ = true;
}

std::vector<Step> Graph::path_to(StateId state) const {
  std::vector<Step> path;
  for (StateId at = state; nodes_[at].from != kNoState; at = nodes_[at].from)
    path.push_back(steps_[nodes_[at].step]);
  std::reverse(path.begin(), path.end());
  return path;
}

// Tarjan, Depth-first search and linear graph algorithms, 1972, without recursion.
void Graph::number_components(std::vector<std::uint32_t>& inside, const std::vector<bool>& usable,
                              std::uint32_t set, std::uint32_t* next) const {
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
        const std::uint32_t number = node.first_edge + frame.edge++;
        const Edge& edge = edges_[number];
        if (edge.to == kNoState || !usable[number] || inside[edge.to] != set) continue;
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

template <typename Visit>
void Graph::each_inside(StateId state, const std::vector<std::uint32_t>& inside,
                        const std::vector<bool>& usable, Visit visit) const {
  const Node& node = nodes_[state];
  for (std::uint32_t i = node.first_edge; i < node.first_edge + node.edge_count; ++i) {
    if (edges_[i].to != kNoState && usable[i] && inside[edges_[i].to] == inside[state]) visit(i);
  }
}

// The steps of a thread from a state, one for each combination of values, are next to each other.
bool Graph::take_back(StateId state, const std::vector<std::uint32_t>& inside,
                      std::vector<bool>& usable) const {
  const Node& node = nodes_[state];
  const std::uint32_t end = node.first_edge + node.edge_count;
  bool any = false;
  for (std::uint32_t first = node.first_edge; first < end;) {
    std::uint32_t last = first;
    bool leaves = false, used = false;
    for (; last < end && steps_[edges_[last].step].thread == steps_[edges_[first].step].thread; ++last) {
      leaves = leaves || edges_[last].to == kNoState || inside[edges_[last].to] != inside[state];
      used = used || usable[last];
    }
    if (last - first > 1 && leaves && used) {
      for (std::uint32_t i = first; i < last; ++i) usable[i] = false;
      any = true;
    }
    first = last;
  }
  return any;
}

Graph::Cycle Graph::fair_cycle() const {
  if (!back_step_) return {};
  // Each state belongs to one set of states that is still to be looked at, or to none (0).
  std::vector<std::uint32_t> inside(nodes_.size());
  for (StateId s = 0; s < nodes_.size(); ++s) inside[s] = nodes_[s].time_passes != 0 ? 0 : 1;
  std::vector<bool> usable(edges_.size(), true);
  std::vector<std::uint32_t> sets{1};
  std::uint32_t next = 2;
  while (!sets.empty()) {
    const std::uint32_t set = sets.back();
    sets.pop_back();
    const std::uint32_t first = next;
    number_components(inside, usable, set, &next);
    const std::size_t count = next - first;
    std::vector<bool> again(count);
    std::vector<std::uint64_t> movers(count, 0), able(count, 0);
    std::vector<StateId> some(count, kNoState);
    for (StateId s = 0; s < nodes_.size(); ++s) {
      if (inside[s] >= first && take_back(s, inside, usable)) again[inside[s] - first] = true;
    }
    for (StateId s = 0; s < nodes_.size(); ++s) {
      if (inside[s] < first) continue;
      const std::uint32_t c = inside[s] - first;
      able[c] |= nodes_[s].enabled;
      each_inside(s, inside, usable, [&](std::uint32_t i) {
        movers[c] |= std::uint64_t{1} << steps_[edges_[i].step].thread;
        some[c] = s;
      });
    }
    for (std::uint32_t c = 0; c < count; ++c) {
      if (!again[c] && movers[c] != 0 && (able[c] & ~movers[c]) == 0)
        return round_in(inside, usable, some[c], movers[c]);
    }
    for (StateId s = 0; s < nodes_.size(); ++s) {
      if (inside[s] < first) continue;
      const std::uint32_t c = inside[s] - first;
      if (movers[c] == 0 || (!again[c] && (nodes_[s].enabled & ~movers[c]) != 0)) inside[s] = 0;
    }
    for (std::uint32_t c = 0; c < count; ++c) {
      if (movers[c] != 0) sets.push_back(first + c);
    }
  }
  return {};
}

// From `start`, by way of a step of each mover, back to `start`: all in the component of `start`.
Graph::Cycle Graph::round_in(const std::vector<std::uint32_t>& inside, const std::vector<bool>& usable,
                             StateId start, std::uint64_t movers) const {
  Cycle cycle;
  cycle.entry = start;
  StateId at = start;
  const auto walk_to = [&](const auto& arrived) {
    struct Place {
      StateId state;
      std::uint32_t from;  // in the queue
      std::uint32_t edge;  // by which
    };
    std::vector<Place> queue{{at, 0, 0}};
    std::vector<bool> met(nodes_.size());
    met[at] = true;
    bool there = false;
    for (std::uint32_t head = 0; head < queue.size() && !there; ++head) {
      each_inside(queue[head].state, inside, usable, [&](std::uint32_t i) {
        if (there) return;
        if (!arrived(edges_[i])) {
          if (met[edges_[i].to]) return;
          met[edges_[i].to] = true;
          queue.push_back({edges_[i].to, head, i});
          return;
        }
        std::vector<Step> way{steps_[edges_[i].step]};
        for (std::uint32_t back = head; back != 0; back = queue[back].from)
          way.push_back(steps_[edges_[queue[back].edge].step]);
        cycle.round.insert(cycle.round.end(), way.rbegin(), way.rend());
        at = edges_[i].to;
        there = true;
      });
    }
  };
  for (std::uint64_t rest = movers; rest != 0; rest &= rest - 1) {
    const std::uint64_t lowest = rest & -rest;
    walk_to([&](const Edge& edge) { return std::uint64_t{1} << steps_[edge.step].thread == lowest; });
  }
  if (at != start) walk_to([&](const Edge& edge) { return edge.to == start; });
  return cycle;
}

std::uint64_t Graph::memory() const {
  return nodes_.capacity() * sizeof(Node) + table_.capacity() * sizeof(std::uint32_t) +
         edges_.capacity() * sizeof(Edge);
}

}  // namespace selvage::state
