// Two workers that take items by an index, in Relacy's types. A promise is a flag that must not be raised
// twice; the thread that asks for the results is after(), when the workers have ended.
#include "../relacy.hpp"

namespace {

struct Racy : rl::test_suite<Racy, 2> {
  rl::var<int> next;
  std::array<int, 2> calls;

  int take() {
    const int mine = next(RL_INFO);
    next(RL_INFO) = mine + 1;
    return mine;
  }
  void before() { next(RL_INFO) = calls[0] = calls[1] = 0; }
  void thread(unsigned me) {
    while (take() < model::size) ++calls[me];
  }
  void after() { model::outcome(calls[0] + calls[1]); }
};

// Relacy ends at the first race. To see how many calls are made, this form makes each access atomic.
struct Lossy : rl::test_suite<Lossy, 2> {
  rl::atomic<int> next;
  std::array<int, 2> calls;

  int take() {
    const int mine = next.load(rl::memory_order_seq_cst);
    next.store(mine + 1, rl::memory_order_seq_cst);
    return mine;
  }
  void before() {
    next.store(0, rl::memory_order_seq_cst);
    calls[0] = calls[1] = 0;
  }
  void thread(unsigned me) {
    while (take() < model::size) ++calls[me];
  }
  void after() { model::outcome(calls[0] + calls[1]); }
};

template <bool in_one_step>
struct Pool : rl::test_suite<Pool<in_one_step>, 2> {
  rl::atomic<int> next;
  std::array<rl::atomic<int>, 9> fulfilled;
  std::array<rl::var<int>, 9> results;

  int take() {
    if (in_one_step) return next.fetch_add(1, rl::memory_order_seq_cst);
    const int mine = next.load(rl::memory_order_seq_cst);
    next.store(mine + 1, rl::memory_order_seq_cst);
    return mine;
  }
  void before() {
    next.store(0, rl::memory_order_seq_cst);
    for (rl::atomic<int>& flag : fulfilled) flag.store(0, rl::memory_order_seq_cst);
  }
  void thread(unsigned) {
    for (int item = take(); item < model::size; item = take()) {
      const auto i = static_cast<std::size_t>(item);
      RL_ASSERT(fulfilled[i].exchange(1, rl::memory_order_seq_cst) == 0);
      results[i](RL_INFO) = item * item;
    }
  }
  void after() {
    int digits = 0;
    for (int i = 0; i < model::size; ++i)
      digits = 10 * digits + results[static_cast<std::size_t>(i)](RL_INFO);
    model::outcome(digits);
  }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"racy", model::explore<Racy>},
                      {"lossy", model::explore<Lossy>},
                      {"twice", model::explore<Pool<false>>},
                      {"fixed", model::explore<Pool<true>>}});
}
