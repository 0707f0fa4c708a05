// One thread that waits for an event and one that sets it, in Relacy's types. Outcome: 1 if the first saw it.
#include "../relacy.hpp"

namespace {

struct Racy : rl::test_suite<Racy, 2> {
  rl::var<int> happened;
  int seen;

  void before() { happened(RL_INFO) = seen = 0; }
  void thread(unsigned me) {
    if (me == 0) {
      happened(RL_INFO) = 1;
      return;
    }
    for (int look = 0; look < model::size && seen == 0; ++look) seen = happened(RL_INFO);
  }
  void after() { model::outcome(seen); }
};

// Relacy ends at the first race. To see both answers, this form makes each access atomic.
struct Polled : rl::test_suite<Polled, 2> {
  rl::atomic<int> happened;
  int seen;

  void before() {
    happened.store(0, rl::memory_order_seq_cst);
    seen = 0;
  }
  void thread(unsigned me) {
    if (me == 0) {
      happened.store(1, rl::memory_order_seq_cst);
      return;
    }
    for (int look = 0; look < model::size && seen == 0; ++look)
      seen = happened.load(rl::memory_order_seq_cst);
  }
  void after() { model::outcome(seen); }
};

struct Event {
  rl::var<int> happened;
  rl::mutex event_mutex;
  rl::condition_variable changed;

  void set() {
    event_mutex.lock(RL_INFO);
    happened(RL_INFO) = 1;
    changed.notify_all(RL_INFO);
    event_mutex.unlock(RL_INFO);
  }
  int is_set() {
    event_mutex.lock(RL_INFO);
    const int seen = happened(RL_INFO);
    event_mutex.unlock(RL_INFO);
    return seen;
  }
};

struct LostWakeup : rl::test_suite<LostWakeup, 2> {
  Event event;

  void before() { event.happened(RL_INFO) = 0; }
  void thread(unsigned me) {
    if (me == 0) {
      event.set();
      return;
    }
    while (event.is_set() == 0) {
      event.event_mutex.lock(RL_INFO);
      event.changed.wait(event.event_mutex, RL_INFO);
      event.event_mutex.unlock(RL_INFO);
    }
  }
};

struct Fixed : rl::test_suite<Fixed, 2> {
  Event event;
  int seen;

  void before() { event.happened(RL_INFO) = seen = 0; }
  void thread(unsigned me) {
    if (me == 0) {
      event.set();
      return;
    }
    event.event_mutex.lock(RL_INFO);
    while (event.happened(RL_INFO) == 0) event.changed.wait(event.event_mutex, RL_INFO);
    seen = event.happened(RL_INFO);
    event.event_mutex.unlock(RL_INFO);
  }
  void after() { model::outcome(seen); }
};

// The second thread waits once before the event (it may be too early) and the first once after it.
struct Timed : rl::test_suite<Timed, 2> {
  Event event;
  std::array<int, 2> seen;

  int wait() {
    event.event_mutex.lock(RL_INFO);
    // A wait that Relacy wakes for no reason ends here as if its time were up: it cannot tell how late it is.
    if (event.happened(RL_INFO) == 0) event.changed.wait_for(event.event_mutex, 0, RL_INFO);
    const int answer = event.happened(RL_INFO);
    event.event_mutex.unlock(RL_INFO);
    return answer;
  }
  void before() { event.happened(RL_INFO) = seen[0] = seen[1] = 0; }
  void thread(unsigned me) {
    if (me == 0) event.set();
    seen[me] = wait();
  }
  void after() { model::outcome(seen[0] + seen[1]); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"racy", model::explore<Racy>},
                      {"polled", model::explore<Polled>},
                      {"lost_wakeup", model::explore<LostWakeup>},
                      {"fixed", model::explore<Fixed>},
                      {"timed", model::explore<Timed>}});
}
