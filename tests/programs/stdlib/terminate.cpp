// noexcept, a terminate handler of the program's own, nested exceptions.
// expect: proved
// expect BUG: exception
#include <cassert>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <thread>

void careful() noexcept {
#ifdef BUG
  throw std::logic_error("out of a noexcept function");
#endif
}

int main() {
  int caught = 0;
  std::thread t([&caught] {
    careful();
    try {
      try {
        throw std::runtime_error("inner");
      } catch (...) {
        std::throw_with_nested(std::logic_error("outer"));
      }
    } catch (const std::exception& outer) {
      try {
        std::rethrow_if_nested(outer);
      } catch (const std::runtime_error&) {
        caught = std::uncaught_exceptions() + 1;
      }
    }
  });
  t.join();
  assert(caught == 1);
}
