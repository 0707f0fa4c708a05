// double-free: two threads own the same block.
// expect BUG: double-free
// expect: proved
#include <atomic>
#include <thread>

std::atomic<int*> block;

void release() {
#ifdef BUG
  int* mine = block;
  block = nullptr;
#else
  int* mine = block.exchange(nullptr);
#endif
  delete mine;
}

int main() {
  block = new int(3);
  std::thread t(release), u(release);
  t.join();
  u.join();
}
