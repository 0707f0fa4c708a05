// Two threads go round at the same time, each until its own flag is set: neither keeps the other from being
// recognised as making no progress.
// expect: proved
// expect BUG: livelock
#include <atomic>
#include <thread>

std::atomic<int> first{0}, second{0};

int main() {
  std::thread t([] {
    while (first != 1) {
    }
  });
  std::thread u([] {
    while (second != 1) {
    }
  });
  first = 1;
#ifndef BUG
  second = 1;
#endif
  t.join();
  u.join();
}
