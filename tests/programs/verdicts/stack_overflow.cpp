// crash: recursion without an end, in a thread.
// expect BUG: crash
// expect: proved
// message BUG: stack overflow
#include <thread>

int depth(volatile int* n) {
  volatile char frame[256];
  frame[0] = 1;
  if (*n == 0) return frame[0];
#ifndef BUG
  *n = *n - 1;
#endif
  return depth(n) + frame[0];
}

int main() {
  int result = 0;
  std::thread t([&result] {
    volatile int n = 100;
    result = depth(&n);
  });
  t.join();
  return result - 101;
}
