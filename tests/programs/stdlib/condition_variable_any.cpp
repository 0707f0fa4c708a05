// condition_variable_any over a mutex and a shared_mutex, and waiting that a stop request interrupts.
// expect: proved
// expect BUG: deadlock
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

std::mutex m;
std::condition_variable_any changed;
bool work = false;

int main() {
  bool stopped = false;
  std::jthread worker([&](std::stop_token stop) {
    std::unique_lock lock(m);
#ifdef BUG
    changed.wait(lock, [] { return work; });  // nobody tells it to stop
    stopped = stop.stop_requested();
#else
    stopped = !changed.wait(lock, stop, [] { return work; });
#endif
  });
  worker.request_stop();
  worker.join();
  assert(stopped);
}
