// How fast the counter's executions go by: the racy and the locked form of cases/two-threads.
//
// Times are of the exploration alone (Result::seconds), without forking the explorer; they are wall clock,
// on one core where nothing else is said. `events` are visible events; plain accesses are hooks on top of them.
#include <benchmark/benchmark.h>

#include "selvage/selvage.hpp"
#include "two-threads/atomic.hpp"
#include "two-threads/fixed.hpp"
#include "two-threads/racy.hpp"

namespace {

template <typename Body>
void explore(benchmark::State& state, selvage::Options options, Body body) {
  double executions = 0;
  double events = 0;
  double seconds = 0;
  for (auto _ : state) {
    const selvage::Result result = selvage::explore(options, body);
    state.SetIterationTime(result.seconds);
    executions += static_cast<double>(result.executions + result.blocked);
    events += static_cast<double>(result.events);
    seconds += result.seconds;
  }
  state.counters["executions/s"] = executions / seconds;
  state.counters["ns/execution"] = seconds * 1e9 / executions;
  state.counters["ns/event"] = seconds * 1e9 / events;
}

void locked_exhaustive(benchmark::State& state) {
  const int n = static_cast<int>(state.range(0));
  explore(state, {}, [n] { fixed::run(n); });
}
BENCHMARK(locked_exhaustive)->Arg(2)->Arg(4)->Arg(6)->Arg(8)->UseManualTime()->Unit(benchmark::kMillisecond);

void racy_exhaustive(benchmark::State& state) {
  const int n = static_cast<int>(state.range(0));
  selvage::Options options;
  options.races = selvage::Races::explore;
  explore(state, options, [n] { racy::run(n); });
}
BENCHMARK(racy_exhaustive)->DenseRange(2, 5)->UseManualTime()->Unit(benchmark::kMillisecond);

/// Many executions of the smallest size: what starting and ending an execution costs.
void locked_executions(benchmark::State& state) {
  selvage::Options options;
  options.search = selvage::Search::random;
  options.executions = 200'000;
  explore(state, options, [] { fixed::run(2); });
}
BENCHMARK(locked_executions)->UseManualTime()->Unit(benchmark::kMillisecond);

void atomic_exhaustive(benchmark::State& state) {
  const int n = static_cast<int>(state.range(0));
  explore(state, {}, [n] { atomic::run(n); });
}
BENCHMARK(atomic_exhaustive)->Arg(2)->Arg(4)->Arg(6)->Arg(8)->UseManualTime()->Unit(benchmark::kMillisecond);

/// One execution for each execution graph of the locked counter: C(2N, N). By so many processes.
void locked_graphs(benchmark::State& state) {
  const int n = static_cast<int>(state.range(0));
  selvage::Options options;
  options.jobs = static_cast<unsigned>(state.range(1));
  options.model = "rc11";
  options.search = selvage::Search::graphs;
  explore(state, options, [n] { fixed::run(n); });
}
BENCHMARK(locked_graphs)->ArgsProduct({{8, 10, 11}, {1, 2}})->UseManualTime()->Unit(benchmark::kMillisecond);

/// The same of the racy counter, its accesses as relaxed ones: 4, 34, 328, 3334, 34904, 372436.
void racy_graphs(benchmark::State& state) {
  const int n = static_cast<int>(state.range(0));
  selvage::Options options;
  options.jobs = static_cast<unsigned>(state.range(1));
  options.model = "rc11";
  options.search = selvage::Search::graphs;
  options.races = selvage::Races::explore;
  explore(state, options, [n] { racy::run(n); });
}
BENCHMARK(racy_graphs)->ArgsProduct({{4, 5, 6}, {1, 2}})->UseManualTime()->Unit(benchmark::kMillisecond);

/// Every state of the locked counter: `levels` keeps two levels of them, `visited` all.
void stateful(benchmark::State& state, std::uint64_t visited) {
  const int n = static_cast<int>(state.range(0));
  selvage::Options options;
  options.search = selvage::Search::stateful;
  options.visited = visited;
  options.workers = 1;
  double states = 0;
  double transitions = 0;
  double seconds = 0;
  for (auto _ : state) {
    const selvage::Result result = selvage::explore(options, [n] { fixed::run(n); });
    state.SetIterationTime(result.seconds);
    states += static_cast<double>(result.states);
    transitions += static_cast<double>(result.transitions);
    seconds += result.seconds;
  }
  state.counters["states/s"] = states / seconds;
  state.counters["ns/transition"] = seconds * 1e9 / transitions;
}

void locked_stateful_levels(benchmark::State& state) { stateful(state, 0); }
BENCHMARK(locked_stateful_levels)
    ->Arg(100)
    ->Arg(300)
    ->Arg(1000)
    ->Arg(3000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

void locked_stateful_visited(benchmark::State& state) { stateful(state, std::uint64_t{1} << 20); }
BENCHMARK(locked_stateful_visited)
    ->Arg(100)
    ->Arg(300)
    ->Arg(1000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
