// A spin lock that looks before it tries (Rudolph and Segall, ISCA 1984). Looking orders nothing and may be
// relaxed.
#include <atomic>
#include <thread>

#include "weak.hpp"

std::atomic<bool> busy = false;
int count = 0;

void lock() {
  do {
    while (busy.load(relaxed)) {
    }
#if WEAK == 3  // no exchange: two may see that it is free
    busy.store(true, seq_cst);
    return;
#endif
  } while (busy.exchange(true, order(1, acquire)));
}

void work() {
  lock();
  ++count;
  busy.store(false, order(2, release));
}

int main() {
  std::thread t(work), u(work), v(work);
  t.join();
  u.join();
  v.join();
  return count - 3;
}
