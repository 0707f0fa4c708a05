// syscall(): libstdc++ waits on futexes through it; hardly anybody else uses it.
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>
#include <string>

#include "abi/export.hpp"
#include "abi/real.hpp"
#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "machine/raw_syscall.hpp"
#include "machine/syscall_filter.hpp"
#include "machine/virtual_time.hpp"
#include "sync/futex.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine
namespace objects = selvage::sync;

namespace {

long result_of(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

long futex(long word, long operation, long value, long timeout, std::uint64_t pc) {
  const long command = operation & FUTEX_CMD_MASK;
  const int clock = (operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  const auto* time = reinterpret_cast<const timespec*>(timeout);
  switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET: {
      std::uint64_t deadline = 0;
      if (time != nullptr) {
        deadline = nanoseconds(*time);
        if (command == FUTEX_WAIT) deadline += start_of(clock) + self().clock.time;  // relative
      }
      return result_of(objects::futex_wait(static_cast<std::uint64_t>(word),
                                           static_cast<std::uint32_t>(value), time != nullptr, clock,
                                           deadline, pc));
    }
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
      // Of a private futex the kernel wakes threads of the caller's process only.
      return objects::futex_wake(static_cast<std::uint64_t>(word), static_cast<int>(value),
                                 (operation & FUTEX_PRIVATE_FLAG) != 0 ? threads_of_own() : ~0ULL, pc);
    default:
      unsupported(("futex operation " + std::to_string(command)).c_str());
  }
}

}  // namespace

SELVAGE_EXPORT long syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& value : a) value = va_arg(list, long);
  va_end(list);
  if (!g.in_program) {
    const long result = raw_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (result >= 0 || result < -4095) return result;
    errno = static_cast<int>(-result);
    return -1;
  }
  Door door;
  switch (number) {
    case SYS_futex:
      return futex(a[0], a[1], a[2], a[3], SELVAGE_CALLER);
    case SYS_gettid:
      return static_cast<long>(pid_of(self().id));
    case SYS_getpid:
      return pid_of(g.process);
    case SYS_sched_yield:
      return 0;
    default:
      unsupported(("the system call " + syscall_name(number)).c_str());
  }
}
