// Reference counting as in shared_ptr: who copies has a reference and need order nothing; who lets go
// releases what it did; the last one acquires all that before it deletes. Boost.Atomic's usage examples;
// proved correct by Doko and Vafeiadis, "Tackling real-life relaxed concurrency with FSL++", ESOP 2017,
// section 2.
#include <atomic>
#include <cassert>
#include <thread>

#include "weak.hpp"

struct Object {
  std::atomic<int> references = 1;
  int a = 1, b = 1;
};

Object* share(Object* object) {
#if WEAK == 3  // two copies at once count as one
  object->references.store(object->references.load(seq_cst) + 1, seq_cst);
#else
  object->references.fetch_add(1, relaxed);
#endif
  return object;
}

void let_go(Object* object) {
  if (object->references.fetch_sub(1, order(1, release)) != 1) return;
  std::atomic_thread_fence(order(2, acquire));
  delete object;
}

void use(Object* object) {
  Object* const mine = share(object);
  std::thread other([mine] {
    assert(mine->b == 1);
    let_go(mine);
  });
  assert(object->a == 1);
  let_go(object);
  other.join();
}

int main() {
  Object* const object = new Object;
  std::thread t(use, share(object));
  use(object);
  t.join();
}
