// A producer, a queue and a consumer, in Relacy's types. The outcome is the digits in the order of their
// taking; in the racy forms the sum. Relacy calls a daemon that never ends a deadlock: here the consumer ends
// after N items.
#include "../relacy.hpp"

namespace {

constexpr std::size_t most = 9;

// One writes `last`, the other `first`, as in a std::queue that needs no more memory.
struct Racy : rl::test_suite<Racy, 2> {
  std::array<rl::var<int>, most> items;
  rl::var<int> last;
  int sum;

  void before() { last(RL_INFO) = sum = 0; }
  void thread(unsigned me) {
    std::size_t first = 0;
    for (int i = 1; i <= model::size; ++i) {
      if (me == 0) {
        const int at = last(RL_INFO);
        items[static_cast<std::size_t>(at)](RL_INFO) = i;
        last(RL_INFO) = at + 1;
      } else if (static_cast<int>(first) != last(RL_INFO)) {
        sum += items[first++](RL_INFO);
      }
    }
  }
  void after() { model::outcome(sum); }
};

// Relacy ends at the first race. To see what is found, this form makes the end of the queue atomic.
struct Glimpse : rl::test_suite<Glimpse, 2> {
  std::array<rl::var<int>, most> items;
  rl::atomic<int> last;
  int sum;

  void before() {
    last.store(0, rl::memory_order_seq_cst);
    sum = 0;
  }
  void thread(unsigned me) {
    std::size_t first = 0;
    for (int i = 1; i <= model::size; ++i) {
      if (me == 0) {
        items[static_cast<std::size_t>(i - 1)](RL_INFO) = i;
        last.store(i, rl::memory_order_seq_cst);
      } else if (static_cast<int>(first) != last.load(rl::memory_order_seq_cst)) {
        sum += items[first++](RL_INFO);
      }
    }
  }
  void after() { model::outcome(sum); }
};

template <bool looks_again>
struct Queue {
  rl::mutex mutex;
  rl::condition_variable not_empty;
  rl::condition_variable all_done;
  std::array<rl::var<int>, most> items;
  rl::var<int> first;
  rl::var<int> last;
  rl::var<int> unfinished;

  void clear() { first(RL_INFO) = last(RL_INFO) = unfinished(RL_INFO) = 0; }
  bool empty() { return first(RL_INFO) == last(RL_INFO); }
  void put(int item) {
    mutex.lock(RL_INFO);
    const int at = last(RL_INFO);
    items[static_cast<std::size_t>(at)](RL_INFO) = item;
    last(RL_INFO) = at + 1;
    const int more = unfinished(RL_INFO) + 1;
    unfinished(RL_INFO) = more;
    not_empty.notify_one(RL_INFO);
    mutex.unlock(RL_INFO);
  }
  int take() {
    mutex.lock(RL_INFO);
    if (looks_again) {
      while (empty()) not_empty.wait(mutex, RL_INFO);
    } else {
      if (empty()) not_empty.wait(mutex, RL_INFO);
      RL_ASSERT(!empty());
    }
    const int at = first(RL_INFO);
    first(RL_INFO) = at + 1;
    const int item = items[static_cast<std::size_t>(at)](RL_INFO);
    mutex.unlock(RL_INFO);
    return item;
  }
  void done() {
    mutex.lock(RL_INFO);
    const int left = unfinished(RL_INFO) - 1;
    unfinished(RL_INFO) = left;
    if (left == 0) all_done.notify_all(RL_INFO);
    mutex.unlock(RL_INFO);
  }
  void join() {
    mutex.lock(RL_INFO);
    while (unfinished(RL_INFO) != 0) all_done.wait(mutex, RL_INFO);
    mutex.unlock(RL_INFO);
  }
};

// Two consumers of an item each, for Relacy's full search wakes nobody for nothing: one is woken, the other
// takes its item.
struct IfWait : rl::test_suite<IfWait, 3> {
  Queue<false> queue;

  void before() { queue.clear(); }
  void thread(unsigned me) {
    if (me != 0) {
      queue.take();
      return;
    }
    for (int i = 1; i <= 2; ++i) queue.put(i);
  }
};

struct Fixed : rl::test_suite<Fixed, 2> {
  Queue<true> queue;
  rl::var<int> taken;
  int seen;

  void before() {
    queue.clear();
    taken(RL_INFO) = seen = 0;
  }
  void thread(unsigned me) {
    for (int i = 1; i <= model::size; ++i) {
      if (me == 0) {
        queue.put(i);
      } else {
        const int item = queue.take();
        const int before_it = taken(RL_INFO);
        taken(RL_INFO) = 10 * before_it + item;
        queue.done();
      }
    }
    if (me != 0) return;
    queue.join();
    seen = taken(RL_INFO);
  }
  void after() { model::outcome(seen); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"racy", model::explore<Racy>},
                      {"glimpse", model::explore<Glimpse>},
                      {"if_wait", model::explore<IfWait>},
                      {"fixed", model::explore<Fixed>}});
}
