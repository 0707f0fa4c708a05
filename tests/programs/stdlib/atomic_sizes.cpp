// atomic<T> of 1, 2, 4, 8 and 16 bytes: integers, bool, pointers, double, structs.
// expect: proved
// expect BUG: assertion
// libraries: -latomic
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

struct Pair {
  std::int64_t a, b;
  bool operator==(const Pair&) const = default;
};
std::atomic<std::uint8_t> one = 0;
std::atomic<std::int16_t> two = 0;
std::atomic<unsigned> four = 0;
std::atomic<std::int64_t> eight = 0;
std::atomic<double> real = 0;
std::atomic<bool> flag = false;
std::atomic<int*> pointer = nullptr;
std::atomic<Pair> sixteen = Pair{0, 0};
int array[3] = {0, 1, 2};

void step() {
  one.fetch_sub(1, std::memory_order_relaxed);
  two += 2;
#ifdef BUG
  four = four + 3;  // two accesses, not one
#else
  four += 3;
#endif
  Pair seen = sixteen.load(std::memory_order_acquire);
  assert(seen.a == seen.b);
  while (!sixteen.compare_exchange_weak(seen, Pair{seen.a + 1, seen.b + 1})) {
  }
}

int main() {
  pointer = array;
  std::thread t(step);
  step();
  t.join();
  assert(one == 254 && two == 4 && four == 6 && sixteen.load() == (Pair{2, 2}));
  eight.fetch_or(6);
  eight.fetch_and(3);
  eight ^= 1;
  assert(eight.exchange(0) == 3);
  real = 1.5;
  real.fetch_add(1);
  flag.store(true);
  sixteen.store({7, 7});
  assert(real == 2.5 && flag && *++pointer == 1 && sixteen.exchange({0, 0}).b == 7);
}
