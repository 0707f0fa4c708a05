// atomic_ref: an ordinary int, used atomically while threads share it.
// expect: proved
// expect BUG: data-race
#include <atomic>
#include <cassert>
#include <thread>

int plain = 0;

void increment() {
#ifdef BUG
  ++plain;
#else
  std::atomic_ref<int>(plain).fetch_add(1, std::memory_order_relaxed);
#endif
}

int main() {
  plain = 5;
  std::thread t(increment);
  std::atomic_ref(plain)++;
  t.join();
  assert(plain == 7);
}
