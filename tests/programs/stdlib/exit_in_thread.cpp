// exit() by a thread other than main: handlers and static destructors run, the other threads end with it.
// expect: proved
// expect BUG: assertion
#include <atomic>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <thread>

std::atomic<int> started = 0;

struct AtExit {
  ~AtExit() { std::puts("static destroyed"); }
} object;

void handler() {
  std::puts("handler");
#ifdef BUG
  assert(started == 2);
#endif
}

int main() {
  std::atexit(handler);
  std::thread t([] {
    ++started;
    std::exit(0);
  });
  std::thread u([] { ++started; });
  u.join();
  t.join();
  return 9;  // never reached: t ends the process
}
