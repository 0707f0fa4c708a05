#include "machine/stateful.hpp"

#include <algorithm>
#include <bit>

#include "machine/access.hpp"
#include "machine/way.hpp"

namespace selvage::machine {

using state::kNoState;
using state::StateId;
using state::Step;

bool StatefulSearch::run() {
  ++searches_;
  levels_.clear();
  snapshots_.clear();
  graph_.clear();
  waiting_.clear();
  g.stepping = true;
  // Before the first scheduling point there is one state, and the program's own choices lead out of it.
  bool added = false;
  const StateId root = graph_.add({0, 0}, kNoState, {}, {1, false}, &added);
  bool all = steps_.each(
      -1, [&] { host_.begin(); }, [&](bool ended) { return arrived(root, ended); });
  std::uint32_t depth = 0;
  while (all && !waiting_.empty()) {
    const std::uint32_t next = graph_.depth(waiting_.front().id);
    if (next != depth && keeps_too_many()) {
      all = search_levels();
      break;
    }
    depth = next;
    Waiting from = std::move(waiting_.front());
    waiting_.pop_front();
    all = expand(from);
    spare_.push_back(std::move(from.state));
  }
  if (snapshots_.overflowed()) note_bound("too many new pieces of states in one level of the search");
  g.stepping = false;
  return all;
}

bool StatefulSearch::keeps_too_many() const {
  std::uint64_t most = g.options.visited << 20;
  // A search that goes on may have another budget, but must come to the same levels.
  const bool saved = !g.options.checkpoint.empty() || !g.options.resume.empty();
  if (g.options.memory != 0 && !saved)
    most = std::min(most, g.options.memory << 19);  // half of what there is
  return graph_.memory() > most && !graph_.has_back_step();
}

/// Goes on from the states that wait, which are all those of one level.
bool StatefulSearch::search_levels() {
  std::vector<LevelSearch::Seed> seeds;
  std::vector<StateId> ids;
  const std::uint32_t depth = graph_.depth(waiting_.front().id);
  for (Waiting& waiting : waiting_) {
    ids.push_back(waiting.id);
    seeds.push_back({std::move(waiting.state), graph_.hash(waiting.id), graph_.enabled(waiting.id)});
  }
  waiting_.clear();
  spare_.clear();
  const int processes = g.options.workers > 0 ? static_cast<int>(g.options.workers) : processors();
  const bool all = levels_.run(std::move(seeds), depth, processes, searches_);
  if (Steps::starts_over() && !levels_.pending().empty()) {
    host_.forget(levels_.pending().front().finding);
    return all;
  }
  for (const LevelSearch::Pending& pending : levels_.pending()) {
    host_.set_schedule(pending.finding, [&]() -> std::optional<std::vector<std::uint16_t>> {
      Step last = pending.step;
      Way way(steps_);
      auto rest = way.find(levels_.seed(pending), pending.distance,
                           {&pending.from, &last, [&] { return host_.shows(pending.finding); }});
      if (!rest) return std::nullopt;
      rest->push_back(last);
      std::vector<std::uint16_t> schedule = schedule_to(ids[pending.seed]);
      const std::vector<std::uint16_t> steps = as_schedule(*rest);
      schedule.insert(schedule.end(), steps.begin(), steps.end());
      return schedule;
    });
  }
  return all;
}

/// A state to be filled in; its memory was another's before.
State StatefulSearch::spare() {
  if (spare_.empty()) return {};
  State state = std::move(spare_.back());
  spare_.pop_back();
  return state;
}

std::uint64_t StatefulSearch::memory() const {
  const std::uint64_t each = sizeof(Waiting) + (waiting_.empty() ? 0 : waiting_.back().state.capacity() * 4);
  return snapshots_.memory() + graph_.memory() + levels_.memory() + waiting_.size() * each;
}

bool StatefulSearch::expand(const Waiting& from) {
  if (host_.out_of_budget()) {
    if (!g.options.checkpoint.empty())
      host_.saving.remark("nothing was saved, since all states were still kept (see --visited)");
    return false;
  }
  if (graph_.depth(from.id) >= g.options.max_events) {
    note_bound("an execution was cut at --max-events " + std::to_string(g.options.max_events));
    return true;
  }
  for (std::uint64_t rest = graph_.enabled(from.id); rest != 0; rest &= rest - 1) {
    const auto visit = [&](bool ended) { return arrived(from.id, ended); };
    if (!steps_.each_from(from.state, std::countr_zero(rest), visit)) return false;
  }
  return true;
}

/// A step was taken from `from`; false where the search is to end.
bool StatefulSearch::arrived(StateId from, bool ended) {
  if (ended) {
    graph_.add_step(from, kNoState, steps_.step());
  } else {
    bool added = false;
    const State& state = steps_.state();
    const state::Graph::About about{g.enabled_at_stop, Steps::time_passes()};
    const StateId to = graph_.add(Snapshots::hash(state), from, steps_.step(), about, &added);
    graph_.add_step(from, to, steps_.step());
    if (added) {
      waiting_.push_back({to, spare()});
      waiting_.back().state = state;
    }
  }
  if (ended || races_pending()) {
    tell_the_way(from);
    snapshots_.lost_track_of_records();
    return host_.judge();
  }
  g.total_events += g.events;
  return true;
}

/// Sets the schedule, and what is told of it, as if the execution had been run from its beginning.
void StatefulSearch::tell_the_way(StateId from) const {
  std::vector<Step> steps = graph_.path_to(from);
  steps.push_back(steps_.step());
  const std::vector<std::uint16_t> way = as_schedule(steps);
  g.schedule.assign(way.begin(), way.end());
  g.preemptions = 0;
  int moved = steps_.step().thread;
  for (StateId at = from; at != kNoState && graph_.from(at) != kNoState; at = graph_.from(at)) {
    const int before = graph_.step_to(at).thread;
    if (before >= 0 && moved != before && (graph_.enabled(at) >> before & 1) != 0) ++g.preemptions;
    moved = before;
  }
}

std::vector<std::uint16_t> StatefulSearch::schedule_to(StateId state) const {
  return as_schedule(graph_.path_to(state));
}

}  // namespace selvage::machine
