// process: Boost.Interprocess: a child opens segment and lock by their names.
// expect: proved
// outcomes: 1
#include <sys/wait.h>
#include <unistd.h>
#include <boost/interprocess/managed_shared_memory.hpp>
#include <boost/interprocess/sync/named_semaphore.hpp>
#include <cstdio>

namespace bip = boost::interprocess;

static void count_up() {
  bip::named_semaphore lock(bip::open_only, "selvage-boost-lock");
  bip::managed_shared_memory segment(bip::open_only, "selvage-boost-count");
  int* count = segment.find<int>("count").first;
  lock.wait();
  ++*count;
  lock.post();
}

int main() {
  bip::shared_memory_object::remove("selvage-boost-count");
  bip::named_semaphore::remove("selvage-boost-lock");
  {
    bip::managed_shared_memory segment(bip::create_only, "selvage-boost-count", 4096);
    segment.construct<int>("count")(0);
    bip::named_semaphore lock(bip::create_only, "selvage-boost-lock", 1);
  }
  const pid_t child = fork();
  if (child == 0) {
    count_up();
    _exit(0);
  }
  count_up();
  int status = 0;
  waitpid(child, &status, 0);
  bip::managed_shared_memory segment(bip::open_only, "selvage-boost-count");
  std::printf("%d\n", *segment.find<int>("count").first);
  bip::shared_memory_object::remove("selvage-boost-count");
  bip::named_semaphore::remove("selvage-boost-lock");
  return status;
}
