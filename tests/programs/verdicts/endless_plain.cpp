// livelock: a thread polls a plain variable for ever.
// expect BUG: livelock
// expect: proved
// options: --watchdog 1
int flag = 0;

int main() {
  volatile int* poll = &flag;
#ifndef BUG
  flag = 1;
#endif
  while (*poll == 0) {
  }
}
