// barrier: two phases with a completion function between them.
// expect: proved
// expect BUG: assertion
#include <barrier>
#include <cassert>
#include <thread>

int part[2] = {0, 0};
int sum = 0;

int main() {
  std::barrier phase(2, []() noexcept { sum = part[0] + part[1]; });
  std::thread t([&] {
    part[0] = 1;
    phase.arrive_and_wait();
    assert(sum == 3);
  });
  part[1] = 2;
#ifdef BUG
  static_cast<void>(phase.arrive());  // and does not wait
#else
  phase.arrive_and_wait();
#endif
  assert(sum == 3);
  t.join();
}
