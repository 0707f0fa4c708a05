#include "machine/signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#include <string>

#include "machine/cold_pages.hpp"
#include "machine/fatal.hpp"
#include "machine/machine.hpp"

namespace selvage::machine {

namespace {

int g_ticks = 0;  // watchdog ticks since an event was seen
int g_ticks_allowed = 10;
std::uint64_t g_events_then = ~0ULL;
double g_watchdog_seconds = 10;
constexpr int kTicksPerSecond = 4;

std::string hex(std::uint64_t value) {
  std::string text = name_of(value);
  return text.substr(1, text.size() - 2);
}

const char* describe(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "invalid memory access (SIGSEGV)";
    case SIGBUS:
      return "invalid memory access (SIGBUS)";
    case SIGFPE:
      return "arithmetic trap (SIGFPE)";
    case SIGILL:
      return "illegal instruction (SIGILL)";
    case SIGTRAP:
      return "trap (SIGTRAP)";
    default:
      return "signal";
  }
}

void on_crash(int signal, siginfo_t* info, void* /*context*/) {
  const auto address = reinterpret_cast<std::uint64_t>(info->si_addr);
  if (signal == SIGSEGV && (g.segments.on_write_fault(address) || ColdPages::on_write_fault(address))) return;
  if (!g.executing) {
    static bool again = false;
    if (again) fatal("crash while reporting a crash");
    again = true;
    fatal("the runtime crashed outside the program under test");
  }
  if (signal == SIGSEGV && g.stacks.in_guard(address)) {
    violation(Verdict::crash, "stack overflow");
  }
  std::string message = describe(signal);
  if (signal == SIGSEGV || signal == SIGBUS) message += " at address " + hex(address);
  violation(Verdict::crash, std::move(message));
}

void on_tick(int /*signal*/) {
  if (!g.executing) return;
  const std::uint64_t now = g.events + g.shadow.generation();
  if (now != g_events_then) {
    g_events_then = now;
    g_ticks = 0;
    return;
  }
  if (++g_ticks < g_ticks_allowed) return;
  if (!g.in_program) return;
  violation(Verdict::livelock, "T" + std::to_string(g.current) + " ran for " +
                                   std::to_string(static_cast<int>(g_watchdog_seconds)) +
                                   " s of CPU time without a visible event: an endless loop?");
}

}  // namespace

void install_signal_handlers(double watchdog_seconds) {
  static unsigned char stack[256 * 1024];
  stack_t alternate{};
  alternate.ss_sp = stack;
  alternate.ss_size = sizeof stack;
  sigaltstack(&alternate, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (int s : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) sigaction(s, &action, nullptr);
  // The parent decides when to stop.
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  g_watchdog_seconds = watchdog_seconds;
  if (watchdog_seconds <= 0) return;
  g_ticks_allowed = static_cast<int>(watchdog_seconds * kTicksPerSecond) + 1;
  struct sigaction tick {};
  tick.sa_handler = on_tick;
  tick.sa_flags = SA_ONSTACK | SA_NODEFER | SA_RESTART;
  sigaction(SIGVTALRM, &tick, nullptr);
  restart_watchdog();
}

void restart_watchdog() {
  if (g_watchdog_seconds <= 0) return;
  const itimerval every{{0, 1'000'000 / kTicksPerSecond}, {0, 1'000'000 / kTicksPerSecond}};
  setitimer(ITIMER_VIRTUAL, &every, nullptr);
}

void reset_watchdog() { g_ticks = 0; }

void remove_watchdog() {
  const itimerval never{};
  setitimer(ITIMER_VIRTUAL, &never, nullptr);
}

}  // namespace selvage::machine
