// latch: main goes on when the work is done.
// expect: proved
// expect BUG: deadlock
#include <cassert>
#include <latch>
#include <thread>

#ifdef BUG
std::latch done(2);  // there is only one worker
#else
std::latch done(1);
#endif
int result = 0;

int main() {
  std::thread t([] {
    result = 3;
    done.count_down();
  });
  done.wait();
  assert(result == 3 && done.try_wait());
  t.join();
}
