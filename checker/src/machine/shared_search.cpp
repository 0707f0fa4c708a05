// An exhaustive search by several processes: it has been split into parts, each of which is searched by whichever
// process is free. What they find is put together in the order of the parts, so that it is the same for any number of
// processes.
#include <algorithm>

#include "machine/explorer.hpp"
#include "machine/fatal.hpp"
#include "machine/workers.hpp"
#include "state/shared_memory.hpp"

namespace selvage::machine {

namespace {

constexpr std::uint32_t kNone = ~std::uint32_t{0};

void lower(std::atomic<std::uint32_t>& to, std::uint32_t value) {
  std::uint32_t now = to.load();
  while (value < now && !to.compare_exchange_weak(now, value)) {
  }
}

}  // namespace

/// In memory that the processes share.
struct SharedSearch {
  struct Counts {
    std::atomic<std::uint32_t> next;         ///< the first part that nobody has taken
    std::atomic<std::uint32_t> last;         ///< parts behind this one do not matter: it ended the search
    std::atomic<std::uint32_t> starts_over;  ///< a part where other events turned out to be visible
    std::atomic<std::uint32_t> out_of_budget;
    std::atomic<std::uint64_t> executions, blocked, events;
    std::atomic<double> covered;
    std::atomic<std::uint64_t> used;  ///< bytes of `results`
  };
  struct Result {
    std::uint64_t at, size;  ///< in `results`; size 0: there is none
    bool complete;           ///< not ended by a budget
  };
  state::Room<Counts> counts_room;
  state::Room<Result> parts;
  state::Room<unsigned char> results;
  Counts& counts() { return counts_room[0]; }
};

bool Explorer::share_search() {
  const int processes = job_.options.jobs != 0 ? static_cast<int>(job_.options.jobs) : processors();
  if (processes < 2 || g.options.executions != 0 || graphs_seen_) return false;
  const auto parts = static_cast<std::uint32_t>(divided_->parts());
  constexpr std::size_t kResults = std::size_t{1}
                                   << 36;  // address space: pages are taken as they are written
  SharedSearch shared;
  shared.counts_room.reserve(1, state::Sharing::shared);
  shared.parts.reserve(parts, state::Sharing::shared);
  shared.results.reserve(kResults, state::Sharing::shared);
  SharedSearch::Counts& counts = shared.counts();
  counts.last = counts.starts_over = kNone;
  Workers workers;
  workers.start(
      std::min(processes, static_cast<int>(kMaxThreads)),
      [&] {
        output_.separate();
        shared_ = &shared;
      },
      [&] {
        while (true) {
          const std::uint32_t part = counts.next.fetch_add(1);
          if (part >= parts || part > counts.last.load() || counts.starts_over.load() != kNone ||
              counts.out_of_budget.load() != 0) {
            return;
          }
          search_part(part);
        }
      });
  if (workers.count() == 0) return false;
  const std::uint64_t executions = executions_, blocked = blocked_ + bounded_, events = g.total_events;
  workers.go();
  workers.wait([&] {
    if (job_.control == nullptr) return;
    job_.control->executions.store(executions + counts.executions.load(), std::memory_order_relaxed);
    job_.control->blocked.store(blocked + counts.blocked.load(), std::memory_order_relaxed);
    job_.control->events.store(events + counts.events.load(), std::memory_order_relaxed);
    job_.control->covered.store(strategy_->covered() + counts.covered.load(), std::memory_order_relaxed);
  });
  workers.stop();
  if (counts.starts_over.load() != kNone) {
    // This process comes to the same, and then knows what the search needs to know.
    divided_->prefer_part(counts.starts_over.load());
    return false;
  }
  covered_by_others_ = counts.covered.load();
  std::uint32_t done = 0;
  for (std::uint32_t part = 0; part < parts && !stopped_; ++part) {
    const SharedSearch::Result& result = shared.parts[part];
    if (result.size == 0) continue;
    if (result.complete) ++done;
    state::Reader from(shared.results.data() + result.at);
    add_part(from);
    stopped_ = part == counts.last.load();
  }
  if (!stopped_ && done < parts) {
    clock_checks_ = 15;  // the clock is not looked at each time
    out_of_budget();
  }
  if (!stopped_ && done == parts) finished_ = true;
  return true;
}

/// Searches a part to its end; what it finds is for the process that put them all together.
void Explorer::search_part(std::uint32_t part) {
  SharedSearch::Counts& counts = shared_->counts();
  divided_->only_part(part);
  executions_ = blocked_ = bounded_ = g.total_events = 0;
  outcomes_.clear();
  found_.clear();
  g.bounded = false;
  stopped_ = false;
  std::uint64_t told_executions = 0, told_blocked = 0, told_events = 0;
  double told_covered = strategy_->covered();
  while (true) {
    run_next();
    const bool more_threads = g.ending.how == Ending::How::need_threads;
    judge();
    forget_output();
    if (was_ended()) {
      counts.out_of_budget = 1;
      write_result(part, false);
      return;
    }
    if (again_ && !more_threads) {
      lower(counts.starts_over, part);
      return;
    }
    counts.executions += executions_ - told_executions;
    counts.blocked += blocked_ + bounded_ - told_blocked;
    counts.events += g.total_events - told_events;
    told_executions = executions_;
    told_blocked = blocked_ + bounded_;
    told_events = g.total_events;
    if (stopped_) {
      lower(counts.last, part);
      break;
    }
    if (again_) continue;
    const bool more = strategy_->next();
    counts.covered += strategy_->covered() - told_covered;
    told_covered = strategy_->covered();
    if (!more) break;
    if (part > counts.last.load(std::memory_order_relaxed) ||
        counts.starts_over.load(std::memory_order_relaxed) != kNone) {
      return;
    }
    if (out_of_budget()) {
      counts.out_of_budget = 1;
      write_result(part, false);
      return;
    }
  }
  write_result(part, true);
}

/// `complete`: the part was searched to its end, and not to that of a budget.
void Explorer::write_result(std::uint32_t part, bool complete) {
  if (const std::string bound = strategy_->bound(); !bound.empty()) note_bound(bound);
  state::Writer text;
  write_part(text);
  const std::uint64_t at = shared_->counts().used.fetch_add(text.size());
  if (at + text.size() > shared_->results.capacity())
    fatal("out of memory for what the parts of the search found");
  std::copy_n(text.data(), text.size(), shared_->results.data() + at);
  shared_->parts[part] = {at, text.size(), complete};
}

void Explorer::write_part(state::Writer& to) const {
  to(executions_)(blocked_)(bounded_)(g.total_events);
  to(static_cast<std::uint8_t>(g.bounded))(static_cast<std::uint8_t>(g.race_ignored_ever))(g.bounded_why);
  to(static_cast<std::uint8_t>(beyond_sc_));
  to(static_cast<std::uint64_t>(outcomes_.size()));
  for (const auto& [value, seen] : outcomes_) {
    to(value)(seen.executions)(static_cast<std::uint64_t>(seen.preemptions))(
        static_cast<std::uint64_t>(seen.steps.size()));
    for (const std::uint16_t step : seen.steps) to(step);
  }
  to(static_cast<std::uint64_t>(found_.size()));
  for (const Found& f : found_) {
    to(static_cast<std::uint32_t>(f.kind))(f.message)(f.threads)(static_cast<std::uint64_t>(f.preemptions));
    to(search::to_text(f.schedule))(f.key);
    const race::Record& r = f.race.earlier;
    to(r.pc)(r.epoch)(r.thread)(r.mask)(r.flags)(f.race.granule);
  }
}

void Explorer::add_part(state::Reader& from) {
  std::uint64_t executions = 0, blocked = 0, cut = 0, events = 0, count = 0, preemptions = 0;
  std::uint8_t bounded = 0, ignored = 0, beyond_sc = 0;
  std::string why;
  from(executions)(blocked)(cut)(events)(bounded)(ignored)(why)(beyond_sc);
  executions_ += executions;
  blocked_ += blocked;
  bounded_ += cut;
  g.total_events += events;
  if (bounded != 0) note_bound(why);
  g.race_ignored_ever = g.race_ignored_ever || ignored != 0;
  beyond_sc_ = beyond_sc_ || beyond_sc != 0;
  from(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string value;
    std::uint64_t length = 0;
    OutcomeSeen seen;
    from(value)(seen.executions)(preemptions)(length);
    seen.preemptions = static_cast<unsigned>(preemptions);
    seen.steps.resize(length);
    for (std::uint16_t& step : seen.steps) from(step);
    OutcomeSeen& all = outcomes_.try_emplace(value).first->second;
    if (all.executions == 0 || seen.preemptions < all.preemptions) {
      all.preemptions = seen.preemptions;
      all.steps = std::move(seen.steps);
    }
    all.executions += seen.executions;
  }
  from(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    Found f{};
    std::uint32_t kind = 0;
    std::string schedule;
    from(kind)(f.message)(f.threads)(preemptions)(schedule)(f.key);
    f.kind = static_cast<Verdict>(kind);
    f.preemptions = static_cast<unsigned>(preemptions);
    f.schedule = search::schedule_from_text(schedule);
    race::Record& r = f.race.earlier;
    from(r.pc)(r.epoch)(r.thread)(r.mask)(r.flags)(f.race.granule);
    add(std::move(f));
  }
}

}  // namespace selvage::machine
