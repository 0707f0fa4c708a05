// Two workers that crawl a site of N pages, in Relacy's types. The outcome is 10 times the number of
// different pages that were fetched, plus the number of fetches too many.
#include "../relacy.hpp"

namespace {

constexpr std::size_t most = 9;

struct Crawl {
  rl::mutex mutex;
  rl::condition_variable changed;
  std::array<rl::var<int>, most> todo;
  rl::var<int> first;
  rl::var<int> last;
  rl::var<int> known;  // a bit a page
  rl::var<int> busy;   // in EarlyStop: the pages not done yet
  rl::var<int> over;
  std::array<int, most> fetched;  // how often; under the lock

  void clear() {
    first(RL_INFO) = last(RL_INFO) = known(RL_INFO) = busy(RL_INFO) = over(RL_INFO) = 0;
    for (int& count : fetched) count = 0;
    add(0);
  }
  bool empty() { return first(RL_INFO) == last(RL_INFO); }
  int take() {
    const int at = first(RL_INFO);
    first(RL_INFO) = at + 1;
    return todo[static_cast<std::size_t>(at)](RL_INFO);
  }
  bool is_known(int page) { return (known(RL_INFO) >> page & 1) != 0; }
  void add(int page) {
    const int old = known(RL_INFO);
    known(RL_INFO) = old | 1 << page;
    const int at = last(RL_INFO);
    todo[static_cast<std::size_t>(at)](RL_INFO) = page;
    last(RL_INFO) = at + 1;
  }
  void change_busy(int by) {
    const int now = busy(RL_INFO);
    busy(RL_INFO) = now + by;
  }
  void report() {
    int pages = 0;
    for (const int count : fetched) pages += count;
    model::outcome(pages);
  }
};

bool exists(int page) { return page < model::size; }

enum class Form { fixed, never_stops, fetched_twice };

template <Form form>
struct Workers : rl::test_suite<Workers<form>, 2> {
  Crawl crawl;

  void find(int page) {
    for (int link = page + 1; link <= page + 2 && exists(link); ++link) {
      if (form == Form::fetched_twice) {
        crawl.mutex.lock(RL_INFO);
        const bool known = crawl.is_known(link);
        crawl.mutex.unlock(RL_INFO);
        if (known) continue;
        crawl.mutex.lock(RL_INFO);
        crawl.add(link);
        crawl.changed.notify_all(RL_INFO);
        crawl.mutex.unlock(RL_INFO);
      } else if (!crawl.is_known(link)) {
        crawl.add(link);
        if (form == Form::never_stops) crawl.changed.notify_all(RL_INFO);
      }
    }
  }
  void before() { crawl.clear(); }
  void thread(unsigned) {
    crawl.mutex.lock(RL_INFO);
    for (;;) {
      while (crawl.empty() && crawl.busy(RL_INFO) != 0) crawl.changed.wait(crawl.mutex, RL_INFO);
      if (crawl.empty()) break;
      const int page = crawl.take();
      crawl.change_busy(1);
      crawl.mutex.unlock(RL_INFO);
      if (form == Form::fetched_twice) find(page);
      crawl.mutex.lock(RL_INFO);
      // Relacy's full search would go on for minutes where it is not told what is wrong.
      RL_ASSERT(form != Form::fetched_twice || crawl.fetched[static_cast<std::size_t>(page)] == 0);
      ++crawl.fetched[static_cast<std::size_t>(page)];
      if (form != Form::fetched_twice) find(page);
      crawl.change_busy(-1);
      if (form != Form::never_stops) crawl.changed.notify_all(RL_INFO);
    }
    crawl.mutex.unlock(RL_INFO);
  }
  void after() { crawl.report(); }
};

struct EarlyStop : rl::test_suite<EarlyStop, 2> {
  Crawl crawl;

  void before() {
    crawl.clear();
    crawl.busy(RL_INFO) = 1;
  }
  void work() {
    for (;;) {
      while (crawl.empty() && crawl.over(RL_INFO) == 0) crawl.changed.wait(crawl.mutex, RL_INFO);
      if (crawl.over(RL_INFO) != 0) return;
      const int page = crawl.take();
      ++crawl.fetched[static_cast<std::size_t>(page)];
      crawl.change_busy(-1);
      crawl.changed.notify_all(RL_INFO);
      crawl.mutex.unlock(RL_INFO);
      crawl.mutex.lock(RL_INFO);
      for (int link = page + 1; link <= page + 2 && exists(link); ++link) {
        if (crawl.is_known(link)) continue;
        crawl.add(link);
        crawl.change_busy(1);
      }
    }
  }
  void thread(unsigned me) {
    crawl.mutex.lock(RL_INFO);
    if (me == 0) {
      work();
    } else {
      while (crawl.busy(RL_INFO) != 0) crawl.changed.wait(crawl.mutex, RL_INFO);
      crawl.over(RL_INFO) = 1;
      crawl.changed.notify_all(RL_INFO);
    }
    crawl.mutex.unlock(RL_INFO);
  }
  void after() { crawl.report(); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"fixed", model::explore<Workers<Form::fixed>>},
                      {"never_stops", model::explore<Workers<Form::never_stops>>},
                      {"fetched_twice", model::explore<Workers<Form::fetched_twice>>},
                      {"early_stop", model::explore<EarlyStop>}});
}
