// async, future, promise, packaged_task, shared_future.
// expect: proved
// expect BUG: exception
#include <cassert>
#include <future>
#include <thread>

int square(int x) { return x * x; }

int main() {
  std::future<int> answer = std::async(std::launch::async, square, 3);
  std::future<int> lazy = std::async(std::launch::deferred, square, 2);
  std::packaged_task<int(int)> task(square);
  std::future<int> of_task = task.get_future();
  assert(answer.get() == 9 && lazy.get() == 4);

  std::promise<int> promise;
  std::shared_future<int> promised = promise.get_future().share();
  std::thread t([&task, p = std::move(promise)]() mutable {
    task(4);
#ifdef BUG
    std::promise<int> dropped = std::move(p);  // never kept
#else
    p.set_value(1);
#endif
  });
  const int got = promised.get() + of_task.get();
  t.join();
  assert(got == 17);
}
