// use-after-free: the owner does not wait for the thread that still looks.
// expect BUG: use-after-free
// expect RACE: data-race
// expect: proved
#include <atomic>
#include <memory>
#include <thread>

std::atomic<bool> freed = false;

int main() {
  auto value = std::make_unique<int>(1);
  int seen = 0;
  std::thread t([p = value.get(), &seen] {
#ifdef BUG
    while (!freed) {
    }
#endif
    seen = *p;
  });
#ifdef BUG
  value.reset();
  freed = true;
#endif
#ifdef RACE
  value.reset();  // before, after or while the thread reads
#endif
  t.join();
  return seen;
}
