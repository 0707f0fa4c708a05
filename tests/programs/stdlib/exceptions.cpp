// Exceptions thrown in threads: caught there, or carried over by exception_ptr and future.
// expect: proved
// expect BUG: exception
#include <cassert>
#include <exception>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

void fail(int code) { throw std::runtime_error("code " + std::to_string(code)); }

int main() {
  std::exception_ptr caught;
  std::thread t([&caught] {
#ifdef BUG
    fail(1);  // nobody catches it
#endif
    try {
      fail(1);
    } catch (...) {
      caught = std::current_exception();
    }
  });
  std::string own;
  try {
    fail(2);
  } catch (const std::exception& e) {
    own = e.what();
  }
  t.join();
  try {
    std::rethrow_exception(caught);
  } catch (const std::runtime_error& e) {
    assert(std::string(e.what()) == "code 1");
  }
  auto f = std::async(std::launch::async, fail, 3);
  try {
    f.get();
    assert(false);
  } catch (const std::runtime_error& e) {
    own += e.what();
  }
  assert(own == "code 2code 3");
}
