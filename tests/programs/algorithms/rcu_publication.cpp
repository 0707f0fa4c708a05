// Publication by pointer, and reclamation after all readers that may still have the old one: the scheme of
// user-space RCU with memory barriers (Desnoyers, McKenney, Stern, Dagenais and Walpole, "User-level
// implementations of Read-Copy Update", TPDS 23(2), 2012, section 4). Reader and writer both say something
// and then look at what the other says, so that both need a seq_cst fence between. (Consume would do for the
// reader's load; compilers make it an acquire.)
#include <atomic>
#include <cassert>
#include <thread>

#include "weak.hpp"

struct Config {
  int a, b;
};
std::atomic<Config*> current = nullptr;
std::atomic<bool> reading[2];

void read_config(int me) {
  reading[me].store(true, relaxed);
  std::atomic_thread_fence(order(1, seq_cst, acq_rel));
  const Config* const config = current.load(order(2, acquire));
  assert(config->a == config->b);
  reading[me].store(false, order(3, release));
}

void update() {
  Config* const fresh = new Config{2, 2};
  Config* const old = current.load(relaxed);
  current.store(fresh, order(4, release));
  std::atomic_thread_fence(order(5, seq_cst, acq_rel));
  for (const auto& reader : reading) {
    while (reader.load(order(6, acquire))) {
    }
  }
  delete old;
}

int main() {
  current = new Config{1, 1};
  std::thread t(read_config, 0), u(read_config, 1);
  update();
  t.join();
  u.join();
  delete current;
}
