// thread_local: a value a thread, made and destroyed with it.
// expect: proved
// expect BUG: assertion
#include <atomic>
#include <cassert>
#include <string>
#include <thread>

std::atomic<int> alive = 0;

struct Counted {
  Counted() { ++alive; }
  ~Counted() { --alive; }
  std::string text = "a thread's own text, longer than sixteen";
};
#ifdef BUG
int counter = 0;
std::atomic_ref<int> step(counter);
#else
thread_local int counter = 0;
#endif

int count() {
  thread_local Counted object;
#ifdef BUG
  return ++step + static_cast<int>(object.text.size()) * 0;
#else
  return ++counter + static_cast<int>(object.text.size()) * 0;
#endif
}

int main() {
  std::thread t([] { assert(count() == 1); });
  assert(count() == 1);
  t.join();
  assert(alive == 1);
}
