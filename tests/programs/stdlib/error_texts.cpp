// Texts of errors and signals are each thread's own, also of those that have none, and nobody has to free them.
// expect: proved
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>

bool texts(int number) {
  return std::string(strerror(number)) == "Unknown error " + std::to_string(number) &&
         std::string(strsignal(number)) == "Unknown signal " + std::to_string(number) &&
         std::generic_category().message(ENOENT) == strerror(ENOENT) && std::string(strsignal(9)) == "Killed";
}

int main() {
  bool right = false;
  std::thread t([&] { right = texts(12345); });
  const bool here = texts(54321);
  t.join();
  return right && here ? 0 : 1;
}
