// shared_ptr: the last owner destroys, whoever it is; weak_ptr.
// expect: proved
// expect BUG: data-race
#include <cassert>
#include <memory>
#include <thread>

struct Node {
  explicit Node(int v) : value(v) {}
  ~Node() { ++destroyed; }
  int value;
  static inline int destroyed = 0;
};

int main() {
  auto shared = std::make_shared<Node>(3);
  std::weak_ptr<Node> watcher = shared;
#ifdef BUG
  std::thread t([&shared] { shared.reset(); });  // the pointer itself is not protected
#else
  std::thread t([mine = shared]() mutable {
    assert(mine->value == 3);
    mine.reset();
  });
#endif
  if (auto locked = watcher.lock()) assert(locked->value == 3);
  shared.reset();
  t.join();
  assert(watcher.expired() && Node::destroyed == 1);
}
