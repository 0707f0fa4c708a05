// What a switch between processes costs, against one between threads: two that take turns, N times each, with
// the same semaphores.
//
// The schedule is the same in every execution, so what differs is the switching. Times as in
// counter_bench.cpp.
#include <benchmark/benchmark.h>

#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <new>
#include <thread>

#include "selvage/selvage.hpp"

namespace {

struct Turns {
  sem_t ping, pong;
  Turns() {
    sem_init(&ping, 1, 0);
    sem_init(&pong, 1, 0);
  }
};

Turns* shared_turns() {
  void* memory = mmap(nullptr, sizeof(Turns), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return new (memory) Turns();
}

void play(sem_t* mine, sem_t* other, int n) {
  for (int i = 0; i < n; ++i) {
    sem_post(other);
    sem_wait(mine);
  }
}

void threads_take_turns(int n) {
  Turns* turns = shared_turns();
  std::thread other([=] { play(&turns->pong, &turns->ping, n); });
  play(&turns->ping, &turns->pong, n);
  other.join();
}

void processes_take_turns(int n) {
  Turns* turns = shared_turns();
  const pid_t other = fork();
  if (other == 0) {
    play(&turns->pong, &turns->ping, n);
    _exit(0);
  }
  play(&turns->ping, &turns->pong, n);
  waitpid(other, nullptr, 0);
}

/// One execution after the other of which each has about 2 n switches, chosen at random (always the same).
void explore(benchmark::State& state, void (*body)(int)) {
  const int n = static_cast<int>(state.range(0));
  selvage::Options options;
  options.search = selvage::Search::random;
  options.executions = 2000;
  double turns = 0;
  double seconds = 0;
  for (auto _ : state) {
    const selvage::Result result = selvage::explore(options, [=] { body(n); });
    state.SetIterationTime(result.seconds);
    turns += 2.0 * n * static_cast<double>(result.executions);
    seconds += result.seconds;
  }
  state.counters["ns/turn"] = seconds * 1e9 / turns;
}

void turns_of_threads(benchmark::State& state) { explore(state, threads_take_turns); }
BENCHMARK(turns_of_threads)->Arg(10)->Arg(100)->UseManualTime()->Unit(benchmark::kMillisecond);
void turns_of_processes(benchmark::State& state) { explore(state, processes_take_turns); }
BENCHMARK(turns_of_processes)->Arg(10)->Arg(100)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
