// livelock: a thread spins for a flag that nobody will ever set.
// expect BUG: livelock
// expect: proved
#include <atomic>
#include <thread>

std::atomic<bool> ready = false;

int main() {
  std::thread t([] {
    while (!ready.load()) {
    }
  });
#ifndef BUG
  ready = true;
#endif
  t.join();
}
