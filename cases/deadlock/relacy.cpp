// Two accounts and three philosophers, in Relacy's types.
#include "../relacy.hpp"

namespace {

struct Account {
  rl::var<int> coins;
  rl::mutex mutex;

  void add(int more) {
    const int had = coins(RL_INFO);
    coins(RL_INFO) = had + more;
  }
};

struct Opposite : rl::test_suite<Opposite, 2> {
  std::array<Account, 2> accounts;

  void before() {
    for (Account& account : accounts) account.coins(RL_INFO) = model::size;
  }
  void thread(unsigned me) {
    Account& from = accounts[me];
    Account& to = accounts[1 - me];
    for (int i = 0; i < model::size; ++i) {
      from.mutex.lock(RL_INFO);
      to.mutex.lock(RL_INFO);
      from.add(-1);
      to.add(1);
      to.mutex.unlock(RL_INFO);
      from.mutex.unlock(RL_INFO);
    }
  }
  void after() { model::outcome(accounts[0].coins(RL_INFO) + accounts[1].coins(RL_INFO)); }
};

// The number of threads is part of a model's type, so the philosophers are three whatever N is.
constexpr unsigned philosophers = 3;

struct Table {
  std::array<rl::mutex, philosophers> forks;
  std::array<rl::var<int>, philosophers> meals;

  void clear() {
    for (rl::var<int>& meal : meals) meal(RL_INFO) = 0;
  }
  void eat(unsigned me, unsigned first, unsigned second) {
    forks[first].lock(RL_INFO);
    forks[second].lock(RL_INFO);
    const int had = meals[me](RL_INFO);
    meals[me](RL_INFO) = had + 1;
    forks[second].unlock(RL_INFO);
    forks[first].unlock(RL_INFO);
  }
  int eaten() {
    int sum = 0;
    for (rl::var<int>& meal : meals) sum += meal(RL_INFO);
    return sum;
  }
};

struct LeftFirst : rl::test_suite<LeftFirst, philosophers> {
  Table table;

  void before() { table.clear(); }
  void thread(unsigned me) { table.eat(me, me, (me + 1) % philosophers); }
  void after() { model::outcome(table.eaten()); }
};

struct Ordered : rl::test_suite<Ordered, philosophers> {
  Table table;

  void before() { table.clear(); }
  void thread(unsigned me) {
    const unsigned right = (me + 1) % philosophers;
    table.eat(me, me < right ? me : right, me < right ? right : me);
  }
  void after() { model::outcome(table.eaten()); }
};

// What std::scoped_lock does: lock one, try the other, and where that is taken start again with the other.
// Relacy's full search would follow the two for ever as they step aside, so here each gives up when it has
// done so N times. The outcome is how many have got both locks; that it can be 0 for each N is the livelock.
struct Scoped : rl::test_suite<Scoped, 2> {
  std::array<rl::mutex, 2> mutexes;
  std::array<int, 2> succeeded;

  bool lock_both(unsigned first) {
    for (int i = 0; i < model::size; ++i) {
      mutexes[first].lock(RL_INFO);
      if (mutexes[1 - first].try_lock(RL_INFO)) return true;
      mutexes[first].unlock(RL_INFO);
      first = 1 - first;
    }
    return false;
  }
  void before() { succeeded[0] = succeeded[1] = 0; }
  void thread(unsigned me) {
    if (!lock_both(me)) return;
    succeeded[me] = 1;
    mutexes[1 - me].unlock(RL_INFO);
    mutexes[me].unlock(RL_INFO);
  }
  void after() { model::outcome(succeeded[0] + succeeded[1]); }
};

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"opposite", model::explore<Opposite>},
                      {"philosophers", model::explore<LeftFirst>},
                      {"ordered", model::explore<Ordered>},
                      {"scoped", model::explore<Scoped>}});
}
