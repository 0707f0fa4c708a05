// Counting in a second thread and waiting for it, in Relacy's types.
#include "../relacy.hpp"

namespace {

struct Joined : rl::test_suite<Joined, 1> {
  static constexpr rl::thread_id_t dynamic_thread_count = 1;  // how many more thread() may start
  rl::var<int> counter;

  void increment() {
    const int read = counter(RL_INFO);
    counter(RL_INFO) = read + 1;
  }
  static void* count_up(void* self) {
    for (int i = 0; i < model::size; ++i) static_cast<Joined*>(self)->increment();
    return nullptr;
  }
  void thread(unsigned) {
    counter(RL_INFO) = 0;
    rl::dyn_thread counting;
    counting.start(count_up, this);
    counting.join();
    model::outcome(counter(RL_INFO));
  }
};

}  // namespace

int main(int argc, char** argv) { return model::main(argc, argv, {{"joined", model::explore<Joined>}}); }
