// future::wait_for times out or not; both are explored.
// expect: proved
// expect BUG: assertion
#include <cassert>
#include <chrono>
#include <future>

int main() {
  std::promise<void> promise;
  std::future<void> future = promise.get_future();
  std::thread t([&promise] { promise.set_value(); });
  const std::future_status status = future.wait_for(std::chrono::milliseconds(1));
#ifdef BUG
  assert(status == std::future_status::ready);
#endif
  t.join();
  assert(status != std::future_status::deferred);
  future.get();
}
