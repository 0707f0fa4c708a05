// The three counters shared by two threads, in Relacy's types.
#include "../relacy.hpp"

namespace {

struct Racy : rl::test_suite<Racy, 2> {
  rl::var<int> counter;

  void increment() {
    const int read = counter(RL_INFO);
    counter(RL_INFO) = read + 1;
  }
  void before() { counter(RL_INFO) = 0; }
  void thread(unsigned) {
    for (int i = 0; i < model::size; ++i) increment();
  }
  void after() { model::outcome(counter(RL_INFO)); }
};

// Relacy ends at the first race. To see which values the racy counter can end with, this form makes its
// read and its write atomic, each alone, so that losing updates is all that can go wrong.
struct Lossy : rl::test_suite<Lossy, 2> {
  rl::atomic<int> counter;

  void increment() {
    const int read = counter.load(rl::memory_order_seq_cst);
    counter.store(read + 1, rl::memory_order_seq_cst);
  }
  void before() { counter.store(0, rl::memory_order_seq_cst); }
  void thread(unsigned) {
    for (int i = 0; i < model::size; ++i) increment();
  }
  void after() { model::outcome(counter.load(rl::memory_order_seq_cst)); }
};

struct Fixed : rl::test_suite<Fixed, 2> {
  rl::var<int> counter;
  rl::mutex counter_mutex;

  void increment() {
    counter_mutex.lock(RL_INFO);
    const int read = counter(RL_INFO);
    counter(RL_INFO) = read + 1;
    counter_mutex.unlock(RL_INFO);
  }
  void before() { counter(RL_INFO) = 0; }
  void thread(unsigned) {
    for (int i = 0; i < model::size; ++i) increment();
  }
  void after() { model::outcome(counter(RL_INFO)); }
};

struct Atomic : rl::test_suite<Atomic, 2> {
  rl::atomic<int> counter;

  void increment() { counter.fetch_add(1, rl::memory_order_seq_cst); }
  void before() { counter.store(0, rl::memory_order_seq_cst); }
  void thread(unsigned) {
    for (int i = 0; i < model::size; ++i) increment();
  }
  void after() { model::outcome(counter.load(rl::memory_order_seq_cst)); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"racy", model::explore<Racy>},
                      {"lossy", model::explore<Lossy>},
                      {"fixed", model::explore<Fixed>},
                      {"atomic", model::explore<Atomic>}});
}
