// crash: a null pointer, in the one interleaving where the other thread was first.
// expect BUG: crash
// expect: proved
// message BUG: SIGSEGV
#include <atomic>
#include <thread>

int value = 1;
std::atomic<int*> pointer = &value;

int main() {
  std::thread t([] { pointer = nullptr; });
#ifdef BUG
  const int seen = pointer != nullptr ? *pointer : 0;
#else
  const int* mine = pointer;
  const int seen = mine != nullptr ? *mine : 0;
#endif
  t.join();
  return seen;
}
