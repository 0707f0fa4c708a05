// counting_semaphore and binary_semaphore hand a value over.
// expect: proved
// expect BUG: assertion
#include <cassert>
#include <semaphore>
#include <thread>

std::counting_semaphore<2> places(1);
std::binary_semaphore filled(0);
int slot = 0;

int main() {
  std::thread producer([] {
    places.acquire();
    slot = 5;
    filled.release();
  });
#ifdef BUG
  filled.try_acquire();
#else
  filled.acquire();
#endif
  assert(slot == 5);
  places.release();
  producer.join();
  assert(places.try_acquire());
}
