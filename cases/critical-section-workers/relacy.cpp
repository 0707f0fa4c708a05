// The two workers in Relacy's types.
//
// Instead of throwing, increment() returns early: without giving the lock back, or, where a guard would do
// that, with.
#include "../relacy.hpp"

namespace {

struct Racy : rl::test_suite<Racy, 2> {
  rl::var<int> counter;

  void before() { counter(RL_INFO) = 0; }
  void thread(unsigned) {
    for (int i = 0; i < model::size; ++i) {
      const int read = counter(RL_INFO);
      counter(RL_INFO) = read + 1;
    }
  }
  void after() { model::outcome(counter(RL_INFO)); }
};

// Relacy ends at the first race. To see what can be lost, this form makes each access atomic, alone.
struct Lossy : rl::test_suite<Lossy, 2> {
  rl::atomic<int> counter;

  void before() { counter.store(0, rl::memory_order_seq_cst); }
  void thread(unsigned) {
    for (int i = 0; i < model::size; ++i) {
      const int read = counter.load(rl::memory_order_seq_cst);
      counter.store(read + 1, rl::memory_order_seq_cst);
    }
  }
  void after() { model::outcome(counter.load(rl::memory_order_seq_cst)); }
};

// The notebook's lock has no owner, nor has a semaphore. With an rl::mutex the executions that come to an end
// would be called an error too: the mutex would be destroyed while it is owned.
struct Unreleased : rl::test_suite<Unreleased, 2> {
  rl::var<int> counter;
  rl::rl_sem_t counter_lock;

  void increment(bool fails) {
    counter_lock.wait(false, false, RL_INFO);
    if (fails) return;
    const int read = counter(RL_INFO);
    counter(RL_INFO) = read + 1;
    counter_lock.signal(RL_INFO);
  }
  void before() {
    counter(RL_INFO) = 0;
    counter_lock.init(false, 1, 1, RL_INFO);
  }
  void thread(unsigned number) {
    for (int i = 0; i < model::size; ++i) increment(number == 1 && i == model::size - 1);
  }
  void after() {
    counter_lock.deinit(RL_INFO);
    model::outcome(counter(RL_INFO));
  }
};

struct GuardedWorkers {
  rl::var<int> counter;
  rl::mutex counter_mutex;

  void increment(bool fails) {
    counter_mutex.lock(RL_INFO);
    if (!fails) {
      const int read = counter(RL_INFO);
      counter(RL_INFO) = read + 1;
    }
    counter_mutex.unlock(RL_INFO);
  }
};

struct Guarded : rl::test_suite<Guarded, 2>, GuardedWorkers {
  void before() { counter(RL_INFO) = 0; }
  void thread(unsigned) {
    for (int i = 0; i < model::size; ++i) increment(false);
  }
  void after() { model::outcome(counter(RL_INFO)); }
};

struct GuardedThrowing : rl::test_suite<GuardedThrowing, 2>, GuardedWorkers {
  void before() { counter(RL_INFO) = 0; }
  void thread(unsigned number) {
    for (int i = 0; i < model::size; ++i) increment(number == 1 && i == model::size - 1);
  }
  void after() { model::outcome(counter(RL_INFO)); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"racy", model::explore<Racy>},
                      {"lossy", model::explore<Lossy>},
                      {"unreleased", model::explore<Unreleased>},
                      {"guarded", model::explore<Guarded>},
                      {"guarded_throwing", model::explore<GuardedThrowing>}});
}
