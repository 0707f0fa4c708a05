// exhausted: the budget ends before the search does, or a bound cuts it; nothing is proved.
// expect BUDGET: exhausted
// expect POLL: exhausted
// expect: proved
// options BUDGET: --executions 3
#include <chrono>
#include <mutex>
#include <thread>

std::timed_mutex m;
int value = 0;

void add() {
#ifdef POLL
  while (!m.try_lock_for(std::chrono::milliseconds(1))) {  // for how many times?
  }
#else
  m.lock();
#endif
  ++value;
  m.unlock();
}

int main() {
  std::thread t(add), u(add), v(add);
  t.join();
  u.join();
  v.join();
  return value - 3;
}
