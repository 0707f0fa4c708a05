// Passing a task its number, in Relacy's types. There are at most three tasks.
#include "../relacy.hpp"

namespace {

constexpr int most = 3;

/// What a task is given: where the number is, and where to put what it finds. `Number` is a reference to the
/// loop's variable, or the number itself.
template <typename Number>
struct Task {
  Number number;
  int found;
};

struct Racy : rl::test_suite<Racy, 1> {
  static constexpr rl::thread_id_t dynamic_thread_count = most;
  rl::var<int> number;
  Task<rl::var<int>*> tasks[most];

  static void* run(void* given) {
    auto* const task = static_cast<Task<rl::var<int>*>*>(given);
    task->found = (*task->number)(RL_INFO);
    return nullptr;
  }
  void thread(unsigned) {
    rl::dyn_thread threads[most];
    number(RL_INFO) = 0;
    for (int k = 0; k < model::size; ++k) {
      tasks[k] = {&number, -1};
      threads[k].start(run, &tasks[k]);
      number(RL_INFO) = k + 1;
    }
    for (int k = 0; k < model::size; ++k) threads[k].join();
  }
};

// Relacy ends at the first race. To see what the tasks can find, this form makes each access atomic.
struct Glimpse : rl::test_suite<Glimpse, 1> {
  static constexpr rl::thread_id_t dynamic_thread_count = most;
  rl::atomic<int> number;
  Task<rl::atomic<int>*> tasks[most];

  static void* run(void* given) {
    auto* const task = static_cast<Task<rl::atomic<int>*>*>(given);
    task->found = task->number->load(rl::memory_order_seq_cst);
    return nullptr;
  }
  void thread(unsigned) {
    rl::dyn_thread threads[most];
    number.store(0, rl::memory_order_seq_cst);
    for (int k = 0; k < model::size; ++k) {
      tasks[k] = {&number, -1};
      threads[k].start(run, &tasks[k]);
      number.store(k + 1, rl::memory_order_seq_cst);
    }
    int right = 0;
    for (int k = 0; k < model::size; ++k) {
      threads[k].join();
      right += tasks[k].found == k ? 1 : 0;
    }
    model::outcome(right);
  }
};

struct ByValue : rl::test_suite<ByValue, 1> {
  static constexpr rl::thread_id_t dynamic_thread_count = most;
  Task<int> tasks[most];

  static void* run(void* given) {
    auto* const task = static_cast<Task<int>*>(given);
    task->found = task->number;
    return nullptr;
  }
  void thread(unsigned) {
    rl::dyn_thread threads[most];
    for (int k = 0; k < model::size; ++k) {
      tasks[k] = {k, -1};
      threads[k].start(run, &tasks[k]);
    }
    int right = 0;
    for (int k = 0; k < model::size; ++k) {
      threads[k].join();
      right += tasks[k].found == k ? 1 : 0;
    }
    model::outcome(right);
  }
};

struct Numbers {
  rl::var<int> number[most];
};

struct OutOfScope : rl::test_suite<OutOfScope, 1> {
  static constexpr rl::thread_id_t dynamic_thread_count = most;
  Task<rl::var<int>*> tasks[most];

  static void* run(void* given) {
    auto* const task = static_cast<Task<rl::var<int>*>*>(given);
    task->found = (*task->number)(RL_INFO);
    return nullptr;
  }
  void thread(unsigned) {
    rl::dyn_thread threads[most];
    auto* const numbers = new Numbers;
    for (int k = 0; k < model::size; ++k) {
      numbers->number[k](RL_INFO) = k;
      tasks[k] = {&numbers->number[k], -1};
      threads[k].start(run, &tasks[k]);
    }
    numbers->~Numbers();
    rl::rl_free(numbers, RL_INFO);  // C++14's delete, with a size, would pass by Relacy's
    for (int k = 0; k < model::size; ++k) threads[k].join();
  }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"racy", model::explore<Racy>},
                      {"glimpse", model::explore<Glimpse>},
                      {"out_of_scope", model::explore<OutOfScope>},
                      {"by_value", model::explore<ByValue>}});
}
