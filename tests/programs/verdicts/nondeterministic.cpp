// nondeterministic: what a thread does depends on something that Selvage does not control.
// expect BUG: nondeterministic
// expect: proved
#include <atomic>
#include <thread>

#ifdef BUG
// One of 64 at random: that three executions in a row get the same one does not happen by chance.
unsigned arbitrary() { return 1 + static_cast<unsigned>(__builtin_ia32_rdtsc() * 0x9e3779b97f4a7c15 >> 58); }
#else
unsigned arbitrary() { return 3; }
#endif

std::atomic<unsigned> counter = 0;

void work() {
  for (unsigned n = arbitrary(); n > 0; --n) ++counter;
}

int main() {
  std::thread t(work);
  ++counter;
  ++counter;
  t.join();
}
