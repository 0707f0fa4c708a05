// Double-checked locking. Broken without memory orders (Bacon et al., "The 'Double-Checked Locking is Broken'
// Declaration"; Meyers and Alexandrescu, "C++ and the Perils of Double-Checked Locking", DDJ 2004, section
// 6); with them: an acquire and a release.
#include <atomic>
#include <mutex>
#include <thread>

#include "weak.hpp"

struct Instance {
  int value = 42;
};
std::atomic<Instance*> instance = nullptr;
std::mutex mutex;

int value() {
  Instance* p = instance.load(order(1, acquire));
  if (p == nullptr) {
    const std::lock_guard<std::mutex> lock(mutex);
    p = instance.load(relaxed);
#if WEAK == 3  // the second check left out
    p = nullptr;
#endif
    if (p == nullptr) {
      p = new Instance;
      instance.store(p, order(2, release));
    }
  }
  return p->value;
}

int main() {
  std::thread t(value), u(value);
  const int read = value();
  t.join();
  u.join();
  delete instance.load(relaxed);  // if there was a second one, it leaks
  return read - 42;
}
