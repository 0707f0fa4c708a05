// condition_variable: wait_for and wait_until; each may time out or be notified.
// expect: proved
// expect BUG: assertion
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace std::chrono_literals;

std::mutex m;
std::condition_variable changed;
bool ready = false;

int main() {
  bool in_time = false, later = false;
  std::thread t([&] {
    std::unique_lock lock(m);
    in_time = changed.wait_for(lock, 10ms, [] { return ready; });
#ifdef BUG
    assert(in_time);  // ten milliseconds are enough, surely
#endif
    later = changed.wait_until(lock, std::chrono::system_clock::now() + 5ms) == std::cv_status::no_timeout;
  });
  {
    std::lock_guard lock(m);
    ready = true;
    changed.notify_all();
  }
  t.join();
  return (in_time || ready) ? 0 : later;
}
