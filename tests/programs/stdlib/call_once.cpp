// call_once: the second caller waits for the first, and an exception leaves it undone.
// expect: proved
// expect BUG: data-race
#include <cassert>
#include <mutex>
#include <stdexcept>
#include <thread>

std::once_flag flag;
int tries = 0;
int* table = nullptr;

void make() {
#ifdef BUG
  if (table == nullptr) table = new int(4);  // "cheaper"
#else
  std::call_once(flag, [] { table = new int(4); });
#endif
  assert(*table == 4);
}

int main() {
  std::thread t(make);
  make();
  t.join();
  std::once_flag failing;
  for (int i = 0; i < 2; ++i) {
    try {
      std::call_once(failing, [] {
        if (++tries == 1) throw std::runtime_error("not yet");
      });
    } catch (const std::runtime_error&) {
    }
  }
  assert(tries == 2);
  delete table;
}
