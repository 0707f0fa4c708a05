// Sleeping and clocks: time is virtual, passes without waiting and orders nothing.
// expect: proved
// expect BUG: data-race
#include <atomic>
#include <cassert>
#include <chrono>
#include <thread>

using namespace std::chrono_literals;

#ifdef BUG
int state = 0;
#else
std::atomic<int> state = 0;
#endif

int main() {
  const auto start = std::chrono::steady_clock::now();
  std::thread t([] { state = 1; });
  std::this_thread::sleep_for(10s);
  const int seen = state;  // may still be 0: sleeping is no synchronisation
  t.join();
  const auto passed = std::chrono::steady_clock::now() - start;
  assert(passed >= 10s && passed < 20s);
  assert(seen <= 1);
  std::this_thread::sleep_until(std::chrono::system_clock::now() + 1h);
  std::this_thread::yield();
}
