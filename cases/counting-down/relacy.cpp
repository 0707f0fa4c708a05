// Asking whether the thread still counts down, in Relacy's types.
//
// The countdown itself touches nothing shared and is left out: with an rl::yield for each of its pauses the
// full search says that it is complete and has not seen that the thread can be done at the first question.
#include "../relacy.hpp"

namespace {

struct Racy : rl::test_suite<Racy, 1> {
  static constexpr rl::thread_id_t dynamic_thread_count = 1;
  rl::var<int> completed;

  static void* count_down(void* self) {
    static_cast<Racy*>(self)->completed(RL_INFO) = 1;
    return nullptr;
  }
  void thread(unsigned) {
    completed(RL_INFO) = 0;
    rl::dyn_thread counting;
    counting.start(count_down, this);
    const int first = completed(RL_INFO);
    counting.join();
    const int second = completed(RL_INFO);
    model::outcome(10 * first + second);
  }
};

struct Atomic : rl::test_suite<Atomic, 1> {
  static constexpr rl::thread_id_t dynamic_thread_count = 1;
  rl::atomic<int> completed;

  static void* count_down(void* self) {
    static_cast<Atomic*>(self)->completed.store(1, rl::memory_order_seq_cst);
    return nullptr;
  }
  void thread(unsigned) {
    completed.store(0, rl::memory_order_seq_cst);
    rl::dyn_thread counting;
    counting.start(count_down, this);
    const int first = completed.load(rl::memory_order_seq_cst);
    counting.join();
    const int second = completed.load(rl::memory_order_seq_cst);
    model::outcome(10 * first + second);
  }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv, {{"racy", model::explore<Racy>}, {"atomic", model::explore<Atomic>}});
}
