// crash: abort() and std::terminate (a joinable thread is destroyed).
// expect ABORT: crash
// expect TERMINATE: crash
// expect DIVIDE: crash
// expect: proved
// message ABORT: abort
// message TERMINATE: terminate
// message DIVIDE: SIGFPE
#include <cstdlib>
#include <thread>

int main() {
  volatile int zero = 0;
  std::thread t([&zero] {
#ifdef ABORT
    std::abort();
#endif
#ifdef DIVIDE
    zero = 100 / zero;
#endif
  });
#ifndef TERMINATE
  t.join();
#endif
  return zero;
}
