#include "simulation.hpp"

#include <bit>

namespace oracles {

using selvage::machine::EventKind;
using selvage::machine::Footprint;
using selvage::machine::Op;
using selvage::memory::Access;
using selvage::memory::AtomicAccess;
using selvage::memory::Change;
using selvage::memory::Clocks;
using selvage::memory::Performed;
using selvage::memory::Value;
using selvage::race::VectorClock;
using selvage::search::ChoicePoint;
using selvage::search::Optimal;
using selvage::search::Strategy;

namespace {

struct ThreadClocks {
  VectorClock now, acquire_pending, release_fence;
  bool has_release_fence = false;
};

Value as_value(std::int64_t v) { return {static_cast<std::uint64_t>(v), 0}; }
std::int64_t as_number(const Value& v) { return static_cast<std::int64_t>(v.low); }

class Run {
 public:
  Run(const Program& program, Optimal& search) : program_(program), search_(search) {}

  enum class End { complete, stuck, impossible, diverged };

  End execute() {
    registers_.clear();
    search_.begin();
    threads_ = program_.threads(registers_);
    clocks_.assign(threads_.size() + 1, {});
    owner_.assign(program_.mutexes, -1);
    released_.assign(program_.mutexes, {});
    clocks_[0].now.set(0, 1);
    for (int t = 1; t <= count(); ++t) {
      clocks_[t].now.assign(clocks_[0].now);
      clocks_[t].now.set(t, 1);
      search_.started(0, t);
    }
    ops_.assign(threads_.size() + 1, {});
    int current = 0;
    while (true) {
      std::uint64_t enabled = 0, alive = 0;
      const Op* pending[64] = {};
      for (int t = 1; t <= count(); ++t) run_eagerly(t);
      for (int t = 1; t <= count(); ++t) {
        Thread& thread = threads_[t - 1];
        if (thread.done()) continue;
        alive |= std::uint64_t{1} << t;
        ops_[t] = op_of(t, thread.pending());
        pending[t] = &ops_[t];
        const Operation& next = thread.pending();
        if (next.what != Operation::What::lock || owner_[next.location] < 0) enabled |= std::uint64_t{1} << t;
      }
      if (alive == 0) return search_.ended_early() ? End::diverged : End::complete;
      if (enabled == 0) {
        search_.stuck(alive, pending);
        return End::stuck;
      }
      ChoicePoint point;
      point.enabled = enabled;
      point.current = current;
      point.pending = pending;
      const int t = search_.pick_thread(point);
      if (t == Strategy::kCut) return End::impossible;
      if (t < 0) return End::diverged;
      current = t;
      const End end = perform(t);
      if (end != End::complete) return end;
    }
  }

  [[nodiscard]] std::string outcome() const {
    std::string text;
    for (const auto& [name, value] : registers_) text += name + "=" + std::to_string(value) + " ";
    text += "|";
    const auto& graph = search_.graph();
    for (std::size_t x = 0; x < program_.initial.size(); ++x) {
      std::int64_t last = program_.initial[x];
      for (std::uint32_t l = 0; l < graph.locations(); ++l) {
        const auto& location = graph.location(l);
        if (location.object || location.address != address(static_cast<int>(x)) || location.mo.empty())
          continue;
        last = as_number(graph.at(location.mo.back()).value);
      }
      const std::string name = x < program_.names.size() ? program_.names[x] : "v" + std::to_string(x);
      text += " " + name + "=" + std::to_string(last);
    }
    return text;
  }

 private:
  [[nodiscard]] int count() const { return static_cast<int>(threads_.size()); }
  static std::uint64_t address(int location) { return 0x1000 + 16 * static_cast<std::uint64_t>(location); }
  static std::uint64_t mutex_address(int mutex) { return 0x100000 + 64 * static_cast<std::uint64_t>(mutex); }
  Clocks clocks(int t) {
    ThreadClocks& c = clocks_[t];
    return {t, c.now, c.acquire_pending, c.release_fence, c.has_release_fence};
  }

  /// What the machine does at once: fences, and unlocks as long as nobody tries locks.
  void run_eagerly(int t) {
    Thread& thread = threads_[t - 1];
    while (!thread.done()) {
      const Operation& op = thread.pending();
      if (op.what == Operation::What::fence) {
        search_.fence(op.order, 0, clocks(t));
      } else if (op.what == Operation::What::unlock && !program_.branching_unlocks) {
        search_.took_eagerly(op_of(t, op), t, nullptr);
        release(t, op.location);
      } else {
        return;
      }
      thread.go_on(0);
    }
  }

  void release(int t, int mutex) {
    owner_[mutex] = -1;
    released_[mutex].assign(clocks_[t].now);
    ++clocks_[t].now.at[t];
  }

  static Op op_of(int /*t*/, const Operation& operation) {
    Op op;
    switch (operation.what) {
      case Operation::What::load:
        op.kind = EventKind::atomic_load;
        break;
      case Operation::What::store:
        op.kind = EventKind::atomic_store;
        break;
      case Operation::What::rmw:
        op.kind = EventKind::atomic_rmw;
        break;
      case Operation::What::cas:
        op.kind = EventKind::atomic_cas;
        break;
      case Operation::What::fence:
        op.kind = EventKind::fence;
        break;
      case Operation::What::lock:
        op.kind = EventKind::lock;
        break;
      case Operation::What::unlock:
        op.kind = EventKind::unlock;
        break;
    }
    const bool mutex = operation.what == Operation::What::lock || operation.what == Operation::What::unlock;
    op.footprint = operation.what == Operation::What::load ? Footprint::read : Footprint::write;
    op.address = mutex ? mutex_address(operation.location) : address(operation.location);
    return op;
  }

  End perform(int t) {
    Thread& thread = threads_[t - 1];
    const Operation op = thread.pending();
    if (op.what == Operation::What::lock) {
      owner_[op.location] = t;
      clocks_[t].now.join(released_[op.location]);
      thread.go_on(0);
      return End::complete;
    }
    if (op.what == Operation::What::unlock) {
      release(t, op.location);
      thread.go_on(0);
      return End::complete;
    }
    AtomicAccess access{};
    access.thread = t;
    access.kind = static_cast<std::uint8_t>(op_of(t, op).kind);
    access.order = op.order;
    access.failure_order = op.failure_order;
    access.address = address(op.location);
    access.size = 8;
    access.initial = as_value(program_.initial[op.location]);
    Change change;
    switch (op.what) {
      case Operation::What::load:
        access.access = Access::read;
        break;
      case Operation::What::store:
        access.access = Access::write;
        change = [&](const Value&) { return as_value(op.value); };
        break;
      case Operation::What::rmw:
        access.access = Access::update;
        change = [&](const Value& old) { return as_value(op.update(as_number(old))); };
        break;
      default:
        access.access = Access::update;
        change = [&](const Value& old) -> std::optional<Value> {
          if (as_number(old) != op.expected) return std::nullopt;
          return as_value(op.value);
        };
    }
    const Performed performed = search_.perform(access, clocks(t), change);
    if (performed.how == Performed::How::impossible) return End::impossible;
    if (performed.how != Performed::How::done) return End::diverged;
    thread.go_on(as_number(performed.read));
    return End::complete;
  }

  const Program& program_;
  Optimal& search_;
  Registers registers_;
  std::vector<Thread> threads_;
  std::vector<ThreadClocks> clocks_;
  std::vector<Op> ops_;
  std::vector<int> owner_;
  std::vector<VectorClock> released_;
};

}  // namespace

Counts explore(const Program& program, selvage::memory::MemoryModel model, std::uint64_t most,
               bool watch_duplicates) {
  Optimal search(model);
  Counts counts;
  std::set<std::uint64_t> seen;
  Run run(program, search);
  for (std::uint64_t i = 0; i < most; ++i) {
    switch (run.execute()) {
      case Run::End::complete:
        ++counts.graphs;
        ++counts.outcomes[run.outcome()];
        if (watch_duplicates && !seen.insert(search.graph().fingerprint()).second) ++counts.duplicates;
        break;
      case Run::End::stuck:
        ++counts.stuck;
        break;
      case Run::End::impossible:
        break;
      case Run::End::diverged:
        counts.error = "diverged: " + search.explanation();
        return counts;
    }
    if (!search.next()) {
      counts.discarded = search.discarded();
      return counts;
    }
  }
  counts.error = "too many executions";
  return counts;
}

}  // namespace oracles
