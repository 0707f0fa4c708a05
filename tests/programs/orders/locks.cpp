// Locks through everything that takes them, each of them needed.
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::mutex guarded, unique, scoped_one, scoped_two, by_hand;
std::shared_mutex shared;
int a = 0, b = 0, c = 0, d = 0, e = 0;

void work() {
  {
    const std::lock_guard<std::mutex> lock(guarded);  // lock needed
    ++a;
  }
  {
    const std::unique_lock<std::mutex> lock(unique);  // lock needed
    ++b;
  }
  {
    const std::scoped_lock lock(scoped_one, scoped_two);  // lock needed
    ++c;
  }
  by_hand.lock();  // lock needed
  ++d;
  by_hand.unlock();
}

int main() {
  std::thread thread([] {
    work();
    const std::unique_lock<std::shared_mutex> lock(shared);  // lock needed
    ++e;
  });
  work();
  int seen = 0;
  {
    const std::shared_lock<std::shared_mutex> lock(shared);  // lock needed
    seen = e;
  }
  thread.join();
  assert(a == 2 && b == 2 && c == 2 && d == 2 && seen <= 1);
}
