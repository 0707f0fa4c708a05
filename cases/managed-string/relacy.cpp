// Appending to a managed string in Relacy's types.
//
// The outcome of a model is a number, so the string is one: 'o' is the digit 1, 'x' the digit 2.
#include "../relacy.hpp"

namespace {

struct Value {
  rl::var<int> value;
  rl::mutex mutex;

  int get() {
    mutex.lock(RL_INFO);
    const int digits = value(RL_INFO);
    mutex.unlock(RL_INFO);
    return digits;
  }
  void set(int digits) {
    mutex.lock(RL_INFO);
    value(RL_INFO) = digits;
    mutex.unlock(RL_INFO);
  }
  void append(int digit) {
    mutex.lock(RL_INFO);
    const int digits = value(RL_INFO);
    value(RL_INFO) = 10 * digits + digit;
    mutex.unlock(RL_INFO);
  }
};

struct GetSet : rl::test_suite<GetSet, 2>, Value {
  void before() { value(RL_INFO) = 0; }
  void thread(unsigned number) {
    const int digit = number == 0 ? 1 : 2;
    for (int i = 0; i < model::size; ++i) set(10 * get() + digit);
  }
  void after() { model::outcome(get()); }
};

struct Whole : rl::test_suite<Whole, 2>, Value {
  void before() { value(RL_INFO) = 0; }
  void thread(unsigned number) {
    for (int i = 0; i < model::size; ++i) append(number == 0 ? 1 : 2);
  }
  void after() { model::outcome(get()); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv, {{"get_set", model::explore<GetSet>}, {"whole", model::explore<Whole>}});
}
