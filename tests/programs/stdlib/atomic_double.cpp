// Numbers in vector registers, and a function with variable arguments, which puts these on its stack.
// expect: proved
// expect BUG: assertion
// outcomes: 1
#include <atomic>
#include <cassert>
#include <cstdio>
#include <thread>

std::atomic<double> sum{0};

int main() {
  const auto work = [] {
#ifdef BUG
    sum = sum + 1.5;
#else
    double old = sum;
    while (!sum.compare_exchange_weak(old, old + 1.5)) {
    }
#endif
  };
  std::thread a(work), b(work);
  a.join();
  b.join();
  std::printf("%g\n", sum.load());
  assert(sum == 3.0);
}
