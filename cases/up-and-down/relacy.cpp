// Counting up in one thread and down in another, in Relacy's types.
#include "../relacy.hpp"

namespace {

/// How often thread `number` changes the counter, and by how much.
int times(unsigned number) { return number == 0 ? model::size : model::size + 1; }
int change(unsigned number) { return number == 0 ? 1 : -1; }

struct Racy : rl::test_suite<Racy, 2> {
  rl::var<int> counter;

  void before() { counter(RL_INFO) = 10; }
  void thread(unsigned number) {
    for (int i = 0; i < times(number); ++i) {
      const int read = counter(RL_INFO);
      counter(RL_INFO) = read + change(number);
    }
  }
  void after() { model::outcome(counter(RL_INFO)); }
};

// Relacy ends at the first race. To see what can be lost, this form makes each access atomic, alone.
struct Lossy : rl::test_suite<Lossy, 2> {
  rl::atomic<int> counter;

  void before() { counter.store(10, rl::memory_order_seq_cst); }
  void thread(unsigned number) {
    for (int i = 0; i < times(number); ++i) {
      const int read = counter.load(rl::memory_order_seq_cst);
      counter.store(read + change(number), rl::memory_order_seq_cst);
    }
  }
  void after() { model::outcome(counter.load(rl::memory_order_seq_cst)); }
};

struct Fixed : rl::test_suite<Fixed, 2> {
  rl::var<int> counter;
  rl::mutex counter_mutex;

  void before() { counter(RL_INFO) = 10; }
  void thread(unsigned number) {
    for (int i = 0; i < times(number); ++i) {
      counter_mutex.lock(RL_INFO);
      const int read = counter(RL_INFO);
      counter(RL_INFO) = read + change(number);
      counter_mutex.unlock(RL_INFO);
    }
  }
  void after() { model::outcome(counter(RL_INFO)); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(
      argc, argv,
      {{"racy", model::explore<Racy>}, {"lossy", model::explore<Lossy>}, {"fixed", model::explore<Fixed>}});
}
