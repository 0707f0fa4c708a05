// Reading the counter before the join, in Relacy's types.
#include "../relacy.hpp"

namespace {

struct Racy : rl::test_suite<Racy, 1> {
  static constexpr rl::thread_id_t dynamic_thread_count = 1;  // how many more thread() may start
  rl::var<int> counter;

  void increment() {
    const int read = counter(RL_INFO);
    counter(RL_INFO) = read + 1;
  }
  static void* count_up(void* self) {
    for (int i = 0; i < model::size; ++i) static_cast<Racy*>(self)->increment();
    return nullptr;
  }
  void thread(unsigned) {
    counter(RL_INFO) = 0;
    rl::dyn_thread counting;
    counting.start(count_up, this);
    const int seen = counter(RL_INFO);
    counting.join();
    model::outcome(seen);
  }
};

// Relacy ends at the first race. To see which values can be read, this form makes each access atomic.
struct Glimpse : rl::test_suite<Glimpse, 1> {
  static constexpr rl::thread_id_t dynamic_thread_count = 1;
  rl::atomic<int> counter;

  void increment() {
    const int read = counter.load(rl::memory_order_seq_cst);
    counter.store(read + 1, rl::memory_order_seq_cst);
  }
  static void* count_up(void* self) {
    for (int i = 0; i < model::size; ++i) static_cast<Glimpse*>(self)->increment();
    return nullptr;
  }
  void thread(unsigned) {
    counter.store(0, rl::memory_order_seq_cst);
    rl::dyn_thread counting;
    counting.start(count_up, this);
    const int seen = counter.load(rl::memory_order_seq_cst);
    counting.join();
    model::outcome(seen);
  }
};

struct Fixed : rl::test_suite<Fixed, 1> {
  static constexpr rl::thread_id_t dynamic_thread_count = 1;
  rl::var<int> counter;
  rl::mutex counter_mutex;

  void increment() {
    const int read = counter(RL_INFO);
    counter(RL_INFO) = read + 1;
  }
  void count_block() {
    counter_mutex.lock(RL_INFO);
    for (int i = 0; i < 10; ++i) increment();
    counter_mutex.unlock(RL_INFO);
  }
  static void* count_up(void* self) {
    for (int i = 0; i < model::size; i += 10) static_cast<Fixed*>(self)->count_block();
    return nullptr;
  }
  int read_counter() {
    counter_mutex.lock(RL_INFO);
    const int read = counter(RL_INFO);
    counter_mutex.unlock(RL_INFO);
    return read;
  }
  void thread(unsigned) {
    counter(RL_INFO) = 0;
    rl::dyn_thread counting;
    counting.start(count_up, this);
    const int seen = read_counter();
    counting.join();
    model::outcome(seen);
  }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"racy", model::explore<Racy>},
                      {"glimpse", model::explore<Glimpse>},
                      {"fixed", model::explore<Fixed>}});
}
