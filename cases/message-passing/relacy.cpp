// A message behind a flag, and messages through a channel, in Relacy's types.
//
// A receiver that looks at the flag again and again has executions without end; these give up after N looks,
// with 0. Relacy's memory is a weak one: behind the relaxed flag it could show the flag raised and no
// message, but the data race ends the search before.
#include "../relacy.hpp"

namespace {

constexpr int sent = 42;

struct PlainFlag : rl::test_suite<PlainFlag, 2> {
  rl::var<int> message;
  rl::var<int> ready;
  int received;

  void before() { message(RL_INFO) = ready(RL_INFO) = received = 0; }
  void thread(unsigned me) {
    if (me == 0) {
      message(RL_INFO) = sent;
      ready(RL_INFO) = 1;
      return;
    }
    for (int look = 0; look < model::size; ++look) {
      if (ready(RL_INFO) == 0) continue;
      received = message(RL_INFO);
      return;
    }
  }
  void after() { model::outcome(received); }
};

template <bool release_acquire>
struct AtomicFlag : rl::test_suite<AtomicFlag<release_acquire>, 2> {
  rl::var<int> message;
  rl::atomic<int> ready;
  int received;

  void before() {
    message(RL_INFO) = received = 0;
    ready.store(0, rl::memory_order_seq_cst);
  }
  void raise() {
    if (release_acquire) {
      ready.store(1, rl::memory_order_release);
    } else {
      ready.store(1, rl::memory_order_relaxed);
    }
  }
  bool is_raised() {
    return (release_acquire ? ready.load(rl::memory_order_acquire) : ready.load(rl::memory_order_relaxed)) !=
           0;
  }
  void thread(unsigned me) {
    if (me == 0) {
      message(RL_INFO) = sent;
      raise();
      return;
    }
    for (int look = 0; look < model::size; ++look) {
      if (!is_raised()) continue;
      received = message(RL_INFO);
      return;
    }
  }
  void after() { model::outcome(received); }
};

// The messages are 1 to N; the outcome is their digits in the order of their coming.
struct Channel : rl::test_suite<Channel, 2> {
  rl::mutex mutex;
  rl::condition_variable one_sent;
  std::array<rl::var<int>, 9> messages;
  rl::var<int> first;
  rl::var<int> last;
  int received;

  void before() { first(RL_INFO) = last(RL_INFO) = received = 0; }
  void send(int message) {
    mutex.lock(RL_INFO);
    const int at = last(RL_INFO);
    messages[static_cast<std::size_t>(at)](RL_INFO) = message;
    last(RL_INFO) = at + 1;
    one_sent.notify_one(RL_INFO);
    mutex.unlock(RL_INFO);
  }
  int receive() {
    mutex.lock(RL_INFO);
    while (first(RL_INFO) == last(RL_INFO)) one_sent.wait(mutex, RL_INFO);
    const int at = first(RL_INFO);
    first(RL_INFO) = at + 1;
    const int message = messages[static_cast<std::size_t>(at)](RL_INFO);
    mutex.unlock(RL_INFO);
    return message;
  }
  void thread(unsigned me) {
    for (int i = 1; i <= model::size; ++i) {
      if (me == 0) {
        send(i);
      } else {
        received = 10 * received + receive();
      }
    }
  }
  void after() { model::outcome(received); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"plain_flag", model::explore<PlainFlag>},
                      {"relaxed", model::explore<AtomicFlag<false>>},
                      {"release_acquire", model::explore<AtomicFlag<true>>},
                      {"channel", model::explore<Channel>}});
}
