#include "search/directed.hpp"

#include <bit>

namespace selvage::search {

namespace {

using machine::EventKind;

bool touches(const machine::Op& op, std::uintptr_t address) {
  return address >= op.address && address < op.address + op.size;
}
bool writes(const machine::Op& op) {
  return op.kind == EventKind::plain_write || op.kind == EventKind::atomic_store ||
         op.kind == EventKind::atomic_rmw || op.kind == EventKind::atomic_cas;
}
bool reads(const machine::Op& op) {
  return op.kind == EventKind::plain_read || op.kind == EventKind::atomic_load ||
         op.kind == EventKind::atomic_rmw || op.kind == EventKind::atomic_cas;
}

/// Is the thread that the step names one of `threads` (a bit mask)?
bool names_one_of(std::uint64_t threads, const Directed::Step& step) {
  return step.thread >= 0 && step.thread < race::kMaxThreads && (threads >> step.thread & 1) != 0;
}

}  // namespace

void DirectedSearch::begin() {
  at_ = 0;
  counted_ = 0;
  seen_ = 0;
  there_ = 1;
  explanation_.clear();
}

void DirectedSearch::started(int /*parent*/, int child) { there_ |= std::uint64_t{1} << child; }

/// The execution has ended: the first step that it did not come to the end of.
std::size_t DirectedSearch::first_unmet() const {
  std::size_t at = at_;
  for (std::uint64_t counted = counted_; at < steps_.size(); ++at, counted = 0) {
    const Directed::Step& step = steps_[at];
    const bool done =
        step.until == Directed::Until::end ||
        ((step.until == Directed::Until::writes_done || step.until == Directed::Until::events) &&
         counted >= step.count);
    if (!names_one_of(there_, step) || !done) break;
  }
  return at;
}

std::string DirectedSearch::explanation() const {
  if (!explanation_.empty()) return explanation_;
  const std::size_t at = first_unmet();
  if (at == steps_.size()) return {};
  const Directed::Step& step = steps_[at];
  std::string text =
      "the program ended before step " + std::to_string(at + 1) + " of the directed schedule was over: ";
  const std::string thread = "thread " + std::to_string(step.thread);
  if (!names_one_of(there_, step)) return text + "there was no " + thread;
  if (step.until == Directed::Until::events) return text + thread + " had not that many events";
  return text + thread +
         " had not that many accesses of that kind to the address (plain accesses are events where " +
         "watch() names them)";
}

bool DirectedSearch::reached(const Directed::Step& step, const machine::Op& op) {
  const bool matches =
      (step.until == Directed::Until::before_write || step.until == Directed::Until::writes_done)
          ? writes(op) && touches(op, step.address)
      : step.until == Directed::Until::before_read ? reads(op) && touches(op, step.address)
                                                   : step.until == Directed::Until::events;
  switch (step.until) {
    case Directed::Until::before_write:
    case Directed::Until::before_read:
      if (matches && counted_ + 1 >= step.count) return true;
      break;
    case Directed::Until::writes_done:
    case Directed::Until::events:
      if (counted_ >= step.count) return true;
      break;
    case Directed::Until::end:
      return false;
  }
  if (matches) ++counted_;
  return false;
}

int DirectedSearch::pick_thread(const ChoicePoint& point) {
  seen_ |= point.enabled;
  while (at_ < steps_.size()) {
    const Directed::Step& step = steps_[at_];
    if (!names_one_of(point.enabled, step)) {
      // Its end shows as "seen before, cannot move any more": that is what to_end waits for.
      const bool seen = names_one_of(seen_, step);
      const bool ended = seen && point.pending[step.thread]->kind == EventKind::start;
      if (step.until == Directed::Until::end && ended) {
        ++at_;
        counted_ = 0;
        continue;
      }
      if (step.until == Directed::Until::writes_done && ended && counted_ >= step.count) {
        ++at_;
        counted_ = 0;
        continue;
      }
      // The thread may not have been started yet, or wait for another: let the others bring it about.
      const bool wants_start = !seen;
      if (wants_start) return std::countr_zero(point.enabled);
      explanation_ = "step " + std::to_string(at_ + 1) +
                     " of the directed schedule cannot be carried out: thread " +
                     std::to_string(step.thread) + (ended ? " has ended" : " is blocked");
      return kMisfit;
    }
    if (!reached(step, *point.pending[step.thread])) return step.thread;
    ++at_;
    counted_ = 0;
  }
  return (point.enabled >> point.current & 1) != 0 ? point.current : std::countr_zero(point.enabled);
}

}  // namespace selvage::search
