// The increment step by step and as a whole under the interpreter's lock, in Relacy's types.
#include "../relacy.hpp"

namespace {

struct Stepwise : rl::test_suite<Stepwise, 2> {
  rl::var<int> count;
  rl::mutex interpreter_lock;

  int load() {
    interpreter_lock.lock(RL_INFO);
    const int value = count(RL_INFO);
    interpreter_lock.unlock(RL_INFO);
    return value;
  }
  int add(int a, int b) {
    interpreter_lock.lock(RL_INFO);
    const int sum = a + b;
    interpreter_lock.unlock(RL_INFO);
    return sum;
  }
  void store(int value) {
    interpreter_lock.lock(RL_INFO);
    count(RL_INFO) = value;
    interpreter_lock.unlock(RL_INFO);
  }
  void increment() {
    const int loaded = load();
    const int sum = add(loaded, 1);
    store(sum);
  }
  void before() { count(RL_INFO) = 0; }
  void thread(unsigned) {
    for (int i = 0; i < model::size; ++i) increment();
  }
  void after() { model::outcome(count(RL_INFO)); }
};

struct Whole : rl::test_suite<Whole, 2> {
  rl::var<int> count;
  rl::mutex interpreter_lock;

  void increment() {
    interpreter_lock.lock(RL_INFO);
    const int loaded = count(RL_INFO);
    count(RL_INFO) = loaded + 1;
    interpreter_lock.unlock(RL_INFO);
  }
  void before() { count(RL_INFO) = 0; }
  void thread(unsigned) {
    for (int i = 0; i < model::size; ++i) increment();
  }
  void after() { model::outcome(count(RL_INFO)); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv, {{"stepwise", model::explore<Stepwise>}, {"whole", model::explore<Whole>}});
}
