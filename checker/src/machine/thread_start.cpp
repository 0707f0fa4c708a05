// A new thread of the program: what there is of it before its first step.
#include <algorithm>
#include <cstring>

#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "machine/symmetry.hpp"

namespace selvage::machine {

void Thread::exist(int number) {
  id = number;
  slot = number;
  stack_low = g.stacks.low(number);
  lowest_stack = g.stacks.top(number);
}

void Thread::begin(int number, void* (*start_routine)(void*), void* start_argument) {
  id = number;
  state = State::alive;
  routine = start_routine;
  argument = start_argument;
  result = nullptr;
  notified = true;
  timed_out = timed_wait = forced_time_out = false;
  detached = joined = false;
  static_cast<ThreadPast&>(*this) = {};
  read_clock = false;
  read_holds.clear();
  idle = {};
  wakes = 0;
  wakes_progress = 0;
  starter = -1;
  stack_pointer = 0;
  pending = Op{};
  children = 0;
  timeouts.clear();
  clock.clear();
  clock.set(number, 1);
  acquire_pending.clear();
  release_fence.clear();
  has_release_fence = false;
  destructors.clear();
  visits.clear();
  memory_then = 0;
  visits_progress = 0;
  pending_stack.clear();
  holding.clear();
}

void prepare_stack(Thread& t) {
  const std::uint64_t top = g.stacks.top(t.id);
  // What an earlier execution left: the bytes of a new stack are zero, as the kernel has them.
  const std::uint64_t below = !g.clean_stacks ? 512 : t.deep_remains ? kDeepFrames : kFrames;
  t.deep_remains = false;
  const std::uint64_t from = std::max(t.lowest_stack - below, t.stack_low + Stacks::kGuard);
  std::memset(reinterpret_cast<void*>(from), 0, top - from);
  t.stack_pointer = prepare_fiber(top, &fiber_main, &t);
}

int start_thread(void* (*routine)(void*), void* argument, bool detached) {
  Thread& parent = *g.self;
  std::int16_t& number =
      g.child_number[parent.id][parent.children < kMaxThreads ? parent.children : kMaxThreads - 1];
  if (number < 0) {
    if (g.thread_limit >= kMaxThreads) return -1;
    number = static_cast<std::int16_t>(g.thread_limit++);
  }
  if (g.threads[number].state != Thread::State::unused) return -1;
  if (number >= g.thread_locals.count()) end_execution(Ending::How::need_threads);
  ++parent.children;
  Thread& child = g.threads[number];
  child.begin(number, routine, argument);
  child.detached = detached;
  child.process = g.process;
  if (g.forked) own_process().threads |= bit(number);
  child.clock.assign(parent.clock);
  child.clock.set(number, 1);
  child.starter = static_cast<std::int8_t>(parent.id);
  parent.clock.set(parent.id, parent.clock.get(parent.id) + 1);
  g.alive |= bit(number);
  g.strategy->started(parent.id, number);
  if (uses_symmetry()) note_thread(parent, child);
  g.thread_locals.restore(number);
  prepare_stack(child);
  return number;
}

}  // namespace selvage::machine
