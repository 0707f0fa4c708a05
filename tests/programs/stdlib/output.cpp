// Two threads print: every order is an outcome of its own.
// expect: proved
// expect BUG: assertion
// outcomes: 2
#include <cassert>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <thread>

std::mutex m;
int turn = 0;

void say(const char* what) {
  std::lock_guard lock(m);
  std::cout << what << std::endl;
#ifdef BUG
  assert(*what == (turn++ == 0 ? 'a' : 'b'));
#endif
}

int main() {
  std::thread t(say, "a"), u(say, "b");
  t.join();
  u.join();
  std::printf("%s %d\n", "end", 1 + turn);
}
