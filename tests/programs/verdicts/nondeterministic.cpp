// nondeterministic: what a thread does depends on something that Selvage does not control.
// expect BUG: nondeterministic
// expect: proved
#include <atomic>
#include <thread>

#ifdef BUG
unsigned arbitrary() { return __builtin_ia32_rdtsc() & 0xff; }
#else
unsigned arbitrary() { return 3; }
#endif

std::atomic<unsigned> counter = 0;

void work() {
  for (unsigned n = arbitrary() % 8; n > 0; --n) ++counter;
}

int main() {
  std::thread t(work);
  ++counter;
  ++counter;
  t.join();
}
