// Clocks and sleeping: time is virtual (machine/virtual_time.hpp).
#include <errno.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "abi/accesses.hpp"
#include "abi/export.hpp"
#include "abi/real.hpp"
#include "machine/machine.hpp"
#include "machine/virtual_time.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

using selvage::abi::Accesses;

timespec timespec_of(std::uint64_t time) {
  return {static_cast<time_t>(time / kSecond), static_cast<long>(time % kSecond)};
}

/// Sleeping lets the others go first, nothing else: any of them may be slower than any sleep.
void sleep_for(std::uint64_t duration, std::uint64_t pc) {
  Op op;
  op.kind = EventKind::sleep;
  op.pc = pc;
  eager(op);
  self().clock.time += duration;
}

}  // namespace

SELVAGE_EXPORT int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (!g.in_program) {
    if (g.exploring) {
      raw_clock(clock, now);
      return 0;
    }
    return SELVAGE_REAL(clock_gettime)(clock, now);
  }
  Accesses(SELVAGE_CALLER).writes(now, sizeof *now);
  Door door;
  *now = timespec_of(look(clock));
  return 0;
}
SELVAGE_EXPORT int timespec_get(timespec* now, int base) noexcept {
  if (!g.in_program || base != TIME_UTC) return SELVAGE_REAL(timespec_get)(now, base);
  Accesses(SELVAGE_CALLER).writes(now, sizeof *now);
  Door door;
  *now = timespec_of(look(CLOCK_REALTIME));
  return base;
}
SELVAGE_EXPORT int gettimeofday(timeval* now, void* zone) noexcept {
  if (!g.in_program) return SELVAGE_REAL(gettimeofday)(now, zone);
  Accesses(SELVAGE_CALLER).writes(now, sizeof *now);
  Door door;
  const std::uint64_t time = look(CLOCK_REALTIME);
  now->tv_sec = static_cast<time_t>(time / kSecond);
  now->tv_usec = static_cast<suseconds_t>(time % kSecond / 1000);
  return 0;
}
SELVAGE_EXPORT time_t time(time_t* out) noexcept {
  if (!g.in_program) return SELVAGE_REAL(time)(out);
  if (out != nullptr) Accesses(SELVAGE_CALLER).writes(out, sizeof *out);
  Door door;
  const auto now = static_cast<time_t>(look(CLOCK_REALTIME) / kSecond);
  if (out != nullptr) *out = now;
  return now;
}
SELVAGE_EXPORT clock_t clock() noexcept {
  if (!g.in_program) return SELVAGE_REAL(clock)();
  Door door;
  return static_cast<clock_t>((look(CLOCK_MONOTONIC) - kMonotonicStart) / 1000);
}
SELVAGE_EXPORT int nanosleep(const timespec* duration, timespec* left) {
  if (!g.in_program) return SELVAGE_REAL(nanosleep)(duration, left);
  Door door;
  sleep_for(nanoseconds(*duration), SELVAGE_CALLER);
  return 0;
}
SELVAGE_EXPORT int thrd_sleep(const timespec* duration, timespec* left) {
  if (!g.in_program) return SELVAGE_REAL(thrd_sleep)(duration, left);
  Door door;
  sleep_for(nanoseconds(*duration), SELVAGE_CALLER);
  return 0;
}
SELVAGE_EXPORT int clock_nanosleep(clockid_t clock, int flags, const timespec* duration, timespec* left) {
  if (!g.in_program) return SELVAGE_REAL(clock_nanosleep)(clock, flags, duration, left);
  Door door;
  if ((flags & TIMER_ABSTIME) != 0) {
    sleep_for(0, SELVAGE_CALLER);
    pass_until(clock, nanoseconds(*duration));
  } else {
    sleep_for(nanoseconds(*duration), SELVAGE_CALLER);
  }
  return 0;
}
SELVAGE_EXPORT int usleep(useconds_t duration) {
  if (!g.in_program) return SELVAGE_REAL(usleep)(duration);
  Door door;
  sleep_for(std::uint64_t{duration} * 1000, SELVAGE_CALLER);
  return 0;
}
SELVAGE_EXPORT unsigned sleep(unsigned duration) {
  if (!g.in_program) return SELVAGE_REAL(sleep)(duration);
  Door door;
  sleep_for(duration * kSecond, SELVAGE_CALLER);
  return 0;
}
