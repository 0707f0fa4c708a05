// Asserts nothing: what it prints as it is written is what is right.
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

std::atomic<int> x{0}, y{0}, count{0};
std::mutex mutex;

int main() {
  int seen_by_one = 0, seen_by_main = 0;
  const auto add = [] {
    const std::lock_guard<std::mutex> lock(mutex);  // lock needed
    const int before = count.load(std::memory_order_relaxed);  // relaxed already
    count.store(before + 1, std::memory_order_relaxed);  // relaxed already
  };
  std::thread thread([&] {
    x.store(1);  // needed: store seq_cst
    seen_by_one = y.load();  // needed: load seq_cst
    add();
  });
  y.store(1);  // needed: store seq_cst
  seen_by_main = x.load();  // needed: load seq_cst
  add();
  thread.join();
  std::printf("%d %d, %d\n", seen_by_one, seen_by_main, count.load());  // relaxed: load seq_cst
}
