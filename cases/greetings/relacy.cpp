// Two threads greet on one page, in Relacy's types.
//
// The outcome of a model is a number: the page in base 3, with a 1 for each letter of the first thread and a
// 2 for each of the second. A greeting has `letters` of them.
#include "../relacy.hpp"

namespace {

constexpr int letters = 2;
constexpr int room = 2 * letters;  // one greeting a thread

struct Racy : rl::test_suite<Racy, 2> {
  rl::var<int> page[room];
  rl::var<int> used;

  void before() { used(RL_INFO) = 0; }
  void put(int letter) {
    const int end = used(RL_INFO);
    page[end](RL_INFO) = letter;
    used(RL_INFO) = end + 1;
  }
  void thread(unsigned number) {
    for (int i = 0; i < letters; ++i) put(number == 0 ? 1 : 2);
  }
};

// Relacy ends at the first race. To see what the page can say, this form makes each access atomic, alone.
struct Lossy : rl::test_suite<Lossy, 2> {
  rl::atomic<int> page[room];
  rl::atomic<int> used;

  void before() { used.store(0, rl::memory_order_seq_cst); }
  void put(int letter) {
    const int end = used.load(rl::memory_order_seq_cst);
    page[end].store(letter, rl::memory_order_seq_cst);
    used.store(end + 1, rl::memory_order_seq_cst);
  }
  void thread(unsigned number) {
    for (int i = 0; i < letters; ++i) put(number == 0 ? 1 : 2);
  }
  void after() {
    int word = 0;
    for (int i = 0; i < used.load(rl::memory_order_seq_cst); ++i) {
      word = 3 * word + page[i].load(rl::memory_order_seq_cst);
    }
    model::outcome(word);
  }
};

struct Page {
  rl::var<int> page[room];
  rl::var<int> used;
  rl::mutex page_mutex;

  void greet(int letter) {
    for (int i = 0; i < letters; ++i) {
      const int end = used(RL_INFO);
      page[end](RL_INFO) = letter;
      used(RL_INFO) = end + 1;
    }
  }
  int word() {
    int word = 0;
    for (int i = 0; i < used(RL_INFO); ++i) word = 3 * word + page[i](RL_INFO);
    return word;
  }
};

struct Lines : rl::test_suite<Lines, 2>, Page {
  void before() { used(RL_INFO) = 0; }
  void thread(unsigned number) {
    page_mutex.lock(RL_INFO);
    greet(number == 0 ? 1 : 2);
    page_mutex.unlock(RL_INFO);
  }
  void after() { model::outcome(word()); }
};

struct Ordered : rl::test_suite<Ordered, 2>, Page {
  rl::var<int> first_has_greeted;
  rl::condition_variable greeted;

  void before() {
    used(RL_INFO) = 0;
    first_has_greeted(RL_INFO) = 0;
  }
  void thread(unsigned number) {
    page_mutex.lock(RL_INFO);
    if (number == 0) {
      greet(1);
      first_has_greeted(RL_INFO) = 1;
      greeted.notify_one(RL_INFO);
    } else {
      while (first_has_greeted(RL_INFO) == 0) greeted.wait(page_mutex, RL_INFO);
      greet(2);
    }
    page_mutex.unlock(RL_INFO);
  }
  void after() { model::outcome(word()); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"racy", model::explore<Racy>},
                      {"lossy", model::explore<Lossy>},
                      {"lines", model::explore<Lines>},
                      {"ordered", model::explore<Ordered>}});
}
