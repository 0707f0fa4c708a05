// main ends by pthread_exit while its threads use a variable of its own: the stack of main is there until the process ends.
// expect: proved
// expect BUG: data-race
// outcomes: 1
#include <pthread.h>

#include <atomic>
#include <cstdio>

struct Shared {
  std::atomic<int> ended{0};
  int sum = 0;
};

void* add(void* argument) {
  auto* shared = static_cast<Shared*>(argument);
#ifdef BUG
  ++shared->sum;
#endif
  if (shared->ended.fetch_add(1) == 1) std::printf("%d\n", shared->ended.load());
  return nullptr;
}

int main() {
  Shared shared;
  pthread_t first, second;
  pthread_create(&first, nullptr, add, &shared);
  pthread_create(&second, nullptr, add, &shared);
  pthread_detach(first);
  pthread_detach(second);
  pthread_exit(nullptr);
}
