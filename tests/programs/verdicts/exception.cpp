// exception: nobody catches what a thread throws.
// expect BUG: exception
// expect: proved
// message BUG: std::runtime_error: lost
#include <stdexcept>
#include <thread>

int main() {
  int caught = 0;
  std::thread t([&caught] {
#ifndef BUG
    try {
#endif
      throw std::runtime_error("lost");
#ifndef BUG
    } catch (const std::runtime_error&) {
      ++caught;
    }
#endif
  });
  t.join();
  return caught - 1;
}
