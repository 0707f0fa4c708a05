// A function-local static is initialised once, by whoever comes first, and destroyed at exit.
// expect: proved
// expect BUG: data-race
#include <cassert>
#include <string>
#include <thread>

int made = 0;

const std::string& name() {
#ifdef BUG
  static std::string text;
  if (text.empty()) text = "made by hand, and longer than sixteen";
#else
  static const std::string text = [] {
    ++made;
    return std::string("made once, and longer than sixteen");
  }();
#endif
  return text;
}

int main() {
  std::thread t([] { assert(name()[0] == 'm'); });
  assert(name()[0] == 'm');
  t.join();
  assert(made <= 1);
}
