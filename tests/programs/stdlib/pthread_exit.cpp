// pthread_exit: stack objects are destroyed, results handed over; main may leave before its threads.
// expect: proved
// expect BUG: assertion
#include <cassert>
#include <pthread.h>

int destroyed = 0;

struct Guard {
  ~Guard() { ++destroyed; }
};

[[noreturn]] void leave() {
  Guard guard;
  pthread_exit(&destroyed);
}
void* work(void*) { leave(); }

void* last(void* argument) {
  void* result = nullptr;
  pthread_join(*static_cast<pthread_t*>(argument), &result);
  assert(result == &destroyed);
#ifdef BUG
  assert(destroyed == 0);
#else
  assert(destroyed == 1);
#endif
  return nullptr;
}

int main() {
  static pthread_t t, u;
  pthread_create(&t, nullptr, work, nullptr);
  pthread_create(&u, nullptr, last, &t);
  pthread_detach(u);
  pthread_exit(nullptr);
}
