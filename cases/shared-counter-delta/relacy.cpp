// The counter that is raised by tens and lowered by ones, in Relacy's types.
#include "../relacy.hpp"

namespace {

struct Racy : rl::test_suite<Racy, 2> {
  rl::var<int> value;

  void change(int delta) {
    const int read = value(RL_INFO);
    value(RL_INFO) = read + delta;
  }
  void before() { value(RL_INFO) = model::size; }
  void thread(unsigned number) {
    for (int i = 0; i < model::size; ++i) change(number == 0 ? 10 : -1);
  }
  void after() { model::outcome(value(RL_INFO)); }
};

// Relacy ends at the first race. To see what can be lost, this form makes each access atomic, alone.
struct Lossy : rl::test_suite<Lossy, 2> {
  rl::atomic<int> value;

  void change(int delta) {
    const int read = value.load(rl::memory_order_seq_cst);
    value.store(read + delta, rl::memory_order_seq_cst);
  }
  void before() { value.store(model::size, rl::memory_order_seq_cst); }
  void thread(unsigned number) {
    for (int i = 0; i < model::size; ++i) change(number == 0 ? 10 : -1);
  }
  void after() { model::outcome(value.load(rl::memory_order_seq_cst)); }
};

struct Fixed : rl::test_suite<Fixed, 2> {
  rl::var<int> value;
  rl::mutex mutex;

  void change(int delta) {
    mutex.lock(RL_INFO);
    const int read = value(RL_INFO);
    value(RL_INFO) = read + delta;
    mutex.unlock(RL_INFO);
  }
  void before() { value(RL_INFO) = model::size; }
  void thread(unsigned number) {
    for (int i = 0; i < model::size; ++i) change(number == 0 ? 10 : -1);
  }
  void after() { model::outcome(value(RL_INFO)); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(
      argc, argv,
      {{"racy", model::explore<Racy>}, {"lossy", model::explore<Lossy>}, {"fixed", model::explore<Fixed>}});
}
