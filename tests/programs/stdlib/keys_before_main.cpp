// A pthread key that was made before main, and is deleted and made again in an execution, is in the next one what it was.
// expect: assertion
// expect POOL: proved
#include <atomic>
#include <cassert>
#include <memory_resource>
#include <pthread.h>
#include <thread>

#ifdef POOL

std::pmr::synchronized_pool_resource resource;  // its destructor deletes its key, and makes it again

int main() {
  const auto work = [] { resource.deallocate(resource.allocate(8), 8); };
  std::thread a(work), b(work);
  a.join();
  b.join();
}

#else

std::atomic<int> ended{0};
void at_end(void*) {
  ++ended;
  assert(ended != 2);
}
pthread_key_t key;
const bool made = pthread_key_create(&key, at_end) == 0;

int main() {
  const auto work = [] { pthread_setspecific(key, &key); };
  std::thread a(work);
  if (ended == 1) {
    std::thread b(work);
    b.join();
  }
  a.join();
  pthread_key_delete(key);
  pthread_key_create(&key, at_end);
}

#endif
