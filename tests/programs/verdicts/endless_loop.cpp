// livelock: a loop without any visible event; the watchdog ends it.
// expect BUG: livelock
// expect: proved
// options: --watchdog 1
#include <thread>

int main() {
  volatile unsigned counter = 1;
  std::thread t([] {});
  t.join();
#ifdef BUG
  for (;;) {
#else
  for (int i = 0; i < 1000; ++i) {
#endif
    asm volatile("" : : : "memory");
  }
  return counter == 0;
}
