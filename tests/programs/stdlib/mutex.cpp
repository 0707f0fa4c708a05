// std::thread, mutex, lock_guard, unique_lock, scoped_lock over two mutexes.
// expect: proved
// expect BUG: data-race
#include <cassert>
#include <mutex>
#include <thread>

std::mutex first, second;
int account = 10, other = 0;

void move_one() {
#ifdef BUG
  std::lock_guard lock(first);  // the second account has a lock of its own
#else
  std::scoped_lock both(first, second);
#endif
  --account;
  ++other;
}

void read_other() {
  std::unique_lock lock(second, std::defer_lock);
  lock.lock();
  const int seen = other;
  lock.unlock();
  assert(seen == 0 || seen == 1);
}

int main() {
  std::thread t(move_one), u(read_other);
  t.join();
  u.join();
  assert(account + other == 10);
}
