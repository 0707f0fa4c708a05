// Counting in one thread, in Relacy's types.
#include "../relacy.hpp"

namespace {

struct Counting {
  rl::var<int> counter;

  void increment() {
    const int read = counter(RL_INFO);
    counter(RL_INFO) = read + 1;
  }
  void count_up(int n) {
    for (int i = 0; i < n; ++i) increment();
  }
};

struct Once : rl::test_suite<Once, 1>, Counting {
  void before() { counter(RL_INFO) = 0; }
  void thread(unsigned) { count_up(model::size); }
  void after() { model::outcome(counter(RL_INFO)); }
};

struct Twice : rl::test_suite<Twice, 1>, Counting {
  void before() { counter(RL_INFO) = 0; }
  void thread(unsigned) {
    count_up(model::size);
    count_up(model::size);
  }
  void after() { model::outcome(counter(RL_INFO)); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv, {{"once", model::explore<Once>}, {"twice", model::explore<Twice>}});
}
