// data-race: a flag that is not atomic.
// expect BUG: data-race
// expect: proved
// message BUG: data race on .*by T.* and .*by T
#include <atomic>
#include <thread>

#ifdef BUG
bool done = false;
#else
std::atomic<bool> done = false;
#endif

int main() {
  std::thread t([] { done = true; });
  const int status = done ? 0 : 1;
  t.join();
  return status;
}
