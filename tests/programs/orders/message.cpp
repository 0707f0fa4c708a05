// A message behind a flag: both orders are needed, those of the counter are not.
#include <atomic>
#include <cassert>
#include <thread>

int message = 0;
std::atomic<bool> ready{false};
std::atomic<int> visits{0};

void send() {
  message = 42;
  ready.store(true, std::memory_order_release);  // needed: store release
  visits.fetch_add(1);                           // relaxed: read-modify-write seq_cst
}

int main() {
  std::thread sender(send);
  visits.fetch_add(1);  // relaxed: read-modify-write seq_cst
  if (ready.load(std::memory_order_acquire)) {  // needed: load acquire
    assert(message == 42);
  }
  sender.join();
  assert(visits.load(std::memory_order_relaxed) == 2);  // relaxed already
}
