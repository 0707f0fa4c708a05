// assertion: a check-then-act that another thread comes between.
// expect BUG: assertion
// expect: proved
// message BUG: assertion failed
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> seats = 1;

void book() {
#ifdef BUG
  if (seats > 0) --seats;
#else
  int free = seats;
  while (free > 0 && !seats.compare_exchange_strong(free, free - 1)) {
  }
#endif
}

int main() {
  std::thread t(book), u(book);
  t.join();
  u.join();
  assert(seats == 0);
}
