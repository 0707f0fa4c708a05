// The atomics inside std::shared_ptr are none of the user's: on the line of the store they keep their orders.
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>

int message = 0;
std::atomic<int> ready{0};

void send(const std::shared_ptr<int>& value) {
  message = 42;
  ready.store(*std::shared_ptr<int>(value), std::memory_order_release);  // needed: store release
}

int main() {
  const auto value = std::make_shared<int>(1);
  std::thread sender([value] { send(value); });
  if (ready.load(std::memory_order_acquire) == 1) {  // needed: load acquire
    assert(message == 42);
  }
  sender.join();
}
