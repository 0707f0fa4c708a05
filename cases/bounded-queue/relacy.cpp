// Threads that look at a bounded queue and then act, and two queues that do both at once, in Relacy's types.
#include "../relacy.hpp"

namespace {

// Two producers and a place for one, or two consumers and an item for one: with all four Relacy's full search
// takes very long. Outcome: 0 for right, 1 for an overflow, 2 for getting from an empty queue.
template <bool producers>
struct CheckThenAct : rl::test_suite<CheckThenAct<producers>, 2> {
  rl::mutex mutex;
  rl::var<int> size;
  int history;

  int locked_size() {
    mutex.lock(RL_INFO);
    const int now = size(RL_INFO);
    mutex.unlock(RL_INFO);
    return now;
  }
  void change(int by) {
    mutex.lock(RL_INFO);
    const int now = size(RL_INFO) + by;
    size(RL_INFO) = now;
    if (now > model::size) history = 1;
    if (now < 0) history = 2;
    mutex.unlock(RL_INFO);
  }
  void before() {
    size(RL_INFO) = producers ? model::size - 1 : 1;
    history = 0;
  }
  void thread(unsigned) {
    if (producers) {
      if (locked_size() < model::size) change(1);
    } else {
      if (locked_size() > 0) change(-1);
    }
  }
  void after() { model::outcome(history); }
};

// Two consumers and one item, whatever N is.
struct Blocked : rl::test_suite<Blocked, 2> {
  rl::mutex mutex;
  rl::condition_variable not_empty;
  rl::var<int> size;

  void before() { size(RL_INFO) = 1; }
  void thread(unsigned) {
    mutex.lock(RL_INFO);
    const bool empty = size(RL_INFO) == 0;
    mutex.unlock(RL_INFO);
    if (empty) return;
    mutex.lock(RL_INFO);
    while (size(RL_INFO) == 0) not_empty.wait(mutex, RL_INFO);
    const int left = size(RL_INFO) - 1;
    size(RL_INFO) = left;
    mutex.unlock(RL_INFO);
  }
};

// A ring of items; its counts are read and written under a lock only.
struct Ring {
  std::array<rl::var<int>, 4> items;
  rl::var<int> put_count;
  rl::var<int> got_count;

  void clear() { put_count(RL_INFO) = got_count(RL_INFO) = 0; }
  int size() { return put_count(RL_INFO) - got_count(RL_INFO); }
  void put(int item) {
    RL_ASSERT(size() < model::size);
    const int at = put_count(RL_INFO);
    items[static_cast<std::size_t>(at % model::size)](RL_INFO) = item;
    put_count(RL_INFO) = at + 1;
  }
  int get() {
    RL_ASSERT(size() > 0);
    const int at = got_count(RL_INFO);
    got_count(RL_INFO) = at + 1;
    return items[static_cast<std::size_t>(at % model::size)](RL_INFO);
  }
};

// The outcome is the digits in the order of their coming.
struct ConditionVariables : rl::test_suite<ConditionVariables, 2> {
  rl::mutex mutex;
  rl::condition_variable not_full;
  rl::condition_variable not_empty;
  Ring ring;
  int got;

  void before() {
    ring.clear();
    got = 0;
  }
  void thread(unsigned me) {
    for (int i = 1; i <= model::size + 1; ++i) {
      mutex.lock(RL_INFO);
      if (me == 0) {
        while (ring.size() == model::size) not_full.wait(mutex, RL_INFO);
        ring.put(i);
        not_empty.notify_one(RL_INFO);
      } else {
        while (ring.size() == 0) not_empty.wait(mutex, RL_INFO);
        got = 10 * got + ring.get();
        not_full.notify_one(RL_INFO);
      }
      mutex.unlock(RL_INFO);
    }
  }
  void after() { model::outcome(got); }
};

struct Semaphores : rl::test_suite<Semaphores, 2> {
  rl::semaphore<struct SemaphoreTag> places;
  rl::semaphore<struct SemaphoreTag> items;
  rl::mutex mutex;
  Ring ring;
  int got;

  void before() {
    places.init(false, static_cast<unsigned>(model::size), 100, RL_INFO);
    items.init(false, 0, 100, RL_INFO);
    ring.clear();
    got = 0;
  }
  void thread(unsigned me) {
    unsigned previous = 0;
    for (int i = 1; i <= model::size + 1; ++i) {
      (me == 0 ? places : items).wait(false, false, RL_INFO);
      mutex.lock(RL_INFO);
      if (me == 0) {
        ring.put(i);
      } else {
        got = 10 * got + ring.get();
      }
      mutex.unlock(RL_INFO);
      (me == 0 ? items : places).post(1, previous, RL_INFO);
    }
  }
  void after() {
    places.deinit(RL_INFO);
    items.deinit(RL_INFO);
    model::outcome(got);
  }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"producers", model::explore<CheckThenAct<true>>},
                      {"consumers", model::explore<CheckThenAct<false>>},
                      {"blocked", model::explore<Blocked>},
                      {"condition_variables", model::explore<ConditionVariables>},
                      {"semaphores", model::explore<Semaphores>}});
}
