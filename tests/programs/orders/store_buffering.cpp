// Each thread raises its flag and looks at the other's: only sequential consistency has one of them see the other. The
// spin lock needs acquire and release, and the mutex is held by one thread alone.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

std::atomic<int> x{0}, y{0};
int seen_by_one, seen_by_main;
std::mutex lonely;

class SpinLock {
 public:
  void lock() {
    while (taken_.exchange(true, std::memory_order_acquire)) {  // needed: read-modify-write acquire
      std::this_thread::yield();
    }
  }
  void unlock() {
    taken_.store(false, std::memory_order_release);  // needed: store release
  }

 private:
  std::atomic<bool> taken_{false};
};
SpinLock spin;
int counter = 0;

void one() {
  x.store(1);  // needed: store seq_cst
  seen_by_one = y.load();  // needed: load seq_cst
  const std::lock_guard<SpinLock> guard(spin);
  ++counter;
}

int main() {
  std::thread thread(one);
  y.store(1);  // needed: store seq_cst
  seen_by_main = x.load();  // needed: load seq_cst
  {
    const std::scoped_lock guard(spin);
    ++counter;
  }
  thread.join();
  const std::lock_guard<std::mutex> guard(lonely);  // lock not needed
  assert(seen_by_one == 1 || seen_by_main == 1);
  assert(counter == 2);
}
