// deadlock: two locks taken in opposite orders.
// expect BUG: deadlock
// expect: proved
// message BUG: cycle T
#include <mutex>
#include <thread>

std::mutex a, b;
int value = 0;

void one_way() {
  std::lock_guard first(a);
  std::lock_guard second(b);
  ++value;
}
void other_way() {
#ifdef BUG
  std::lock_guard first(b);
  std::lock_guard second(a);
#else
  std::lock_guard first(a);
  std::lock_guard second(b);
#endif
  ++value;
}

int main() {
  std::thread t(one_way), u(other_way);
  t.join();
  u.join();
}
