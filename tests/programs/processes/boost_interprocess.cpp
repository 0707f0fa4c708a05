// process: Boost.Interprocess: a segment with a name, a mutex, a condition and a vector in it.
// expect BUG: data-race
// expect: proved
// outcomes: 1
#include <sys/wait.h>
#include <unistd.h>
#include <boost/interprocess/allocators/allocator.hpp>
#include <boost/interprocess/containers/vector.hpp>
#include <boost/interprocess/managed_shared_memory.hpp>
#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>
#include <cstdio>

namespace bip = boost::interprocess;

struct State {
  bip::interprocess_mutex mutex;
  bip::interprocess_condition filled;
  int count = 0;
};
using Allocator = bip::allocator<int, bip::managed_shared_memory::segment_manager>;
using Numbers = bip::vector<int, Allocator>;

int main() {
  bip::shared_memory_object::remove("selvage-boost");
  bip::managed_shared_memory segment(bip::create_only, "selvage-boost", 65536);
  auto* state = segment.construct<State>("state")();
  auto* numbers = segment.construct<Numbers>("numbers")(Allocator(segment.get_segment_manager()));
  const pid_t child = fork();
  if (child == 0) {
    {
#ifndef BUG
      bip::scoped_lock lock(state->mutex);
#endif
      numbers->push_back(7);
      ++state->count;
    }
    state->filled.notify_one();
    _exit(0);
  }
  int sum = 0;
  {
    bip::scoped_lock lock(state->mutex);
    while (state->count == 0) state->filled.wait(lock);
    for (const int number : *numbers) sum += number;
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::printf("%d\n", sum);
  bip::shared_memory_object::remove("selvage-boost");
  return status;
}
