// How a process ends: exit, _exit, abort, failed assertions, std::terminate; and what runs at exit.
#include <cxxabi.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <exception>
#include <string>
#include <typeinfo>
#include <vector>

#include "abi/callback.hpp"
#include "abi/export.hpp"
#include "abi/real.hpp"
#include "abi/terminate.hpp"
#include "machine/exit_handlers.hpp"
#include "machine/exploration.hpp"
#include "machine/machine.hpp"
#include "machine/process.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine
using selvage::Verdict;

extern "C" __attribute__((visibility("hidden"))) void* __dso_handle;

namespace {

void run_exit_handlers() {
  exit_handlers().run_all([](const ExitHandler& handler) {
    // The body of an exploration runs in a program that goes on.
    if (!g.run_mode && !handler.of_execution) return;
    selvage::abi::Callback program;
    handler.function(handler.argument);
  });
}

// Each process has its own.
std::vector<ExitHandler> g_handlers[kMaxThreads];
const bool g_handlers_part =
    (add_process_part({[](int parent, int child) { g_handlers[child] = g_handlers[parent]; },
                       [](int process) { g_handlers[process] = exit_handlers().list(); },
                       [](int process) { exit_handlers().list() = g_handlers[process]; }, nullptr, nullptr}),
     true);

std::string what_is_thrown() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr) return {};
  int status = 0;
  char* name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
  std::string text = status == 0 ? name : type->name();
  try {
    throw;
  } catch (const std::exception& e) {
    text += std::string(": ") + e.what();
  } catch (const char* s) {
    text += std::string(": ") + s;
  } catch (...) {
  }
  return text;
}

[[noreturn]] void on_terminate() {
  if (!g.in_program) selvage::machine::fatal("std::terminate in the runtime");
  g.in_program = false;
  const std::string thrown = what_is_thrown();
  if (!thrown.empty()) {
    violation(Verdict::exception,
              "T" + std::to_string(self().id) + " ended by an uncaught exception: " + thrown);
  }
  violation(
      Verdict::crash,
      "std::terminate was called without an exception: a joinable std::thread destroyed or assigned to?");
}

}  // namespace

namespace selvage::abi {

void catch_terminate() { std::set_terminate(on_terminate); }

}  // namespace selvage::abi

namespace selvage::machine {

void end_program(int status) {
  self().deep_remains = true;
  g.in_program = false;
  if (g.recording) settle_write(g.current);
  if ((g.run_mode || g.forked) && !g.exiting) {
    g.exiting = true;
    if (g.process == 0) g.exit_status = status;
    run_exit_handlers();
    if (g.forked) {
      selvage::abi::Callback program;
      fflush(stdout);
    }
  }
  if (g.forked) end_process((status & 0xff) << 8);
  g.exit_status = status;
  Op op;
  op.kind = EventKind::exit;
  op.footprint = Footprint::all;
  op.second = static_cast<std::uint64_t>(status);
  if (g.weak != nullptr && (g.alive & ~bit(self().id)) != 0) {
    note_bound(
        "the program may end while other threads run, and only its latest end was explored: --search "
        "exhaustive "
        "--model sc explores the others");
  }
  visible(op);
  if (g.options.report_leaks) {
    std::uint64_t block = 0;
    std::string leak = find_leak(&block);
    if (!leak.empty()) violation(Verdict::leak, std::move(leak));
  }
  end_execution(Ending::How::completed);
}

}  // namespace selvage::machine

SELVAGE_EXPORT void exit(int status) {
  if (!g.in_program) {
    using F = void(int);
    static F* real = selvage::abi::find_real<F>("exit");
    real(status);
    __builtin_unreachable();
  }
  Door door;
  if (!g.run_mode && g.process == 0)
    violation(Verdict::unsupported, "exit() in the body of an exploration cannot be controlled");
  if (g.exiting) misuse("exit is called while another exit is under way");
  end_program(status);
}
SELVAGE_EXPORT void _exit(int status) {
  if (!g.in_program) {
    using F = void(int);
    static F* real = selvage::abi::find_real<F>("_exit");
    real(status);
    __builtin_unreachable();
  }
  Door door;
  g.exiting = true;  // no handlers, no flushing
  end_program(status);
}
SELVAGE_EXPORT void _Exit(int status) { _exit(status); }
SELVAGE_EXPORT void quick_exit(int status) { _exit(status); }
SELVAGE_EXPORT void abort() noexcept {
  if (!g.in_program) {
    using F = void();
    static F* real = selvage::abi::find_real<F>("abort");
    real();
    __builtin_unreachable();
  }
  Door door;
  violation(Verdict::crash, "abort() was called");
}
SELVAGE_EXPORT void __assert_fail(const char* expression, const char* file, unsigned line,
                                  const char* function) noexcept {
  if (!g.in_program) {
    using F = void(const char*, const char*, unsigned, const char*);
    static F* real = selvage::abi::find_real<F>("__assert_fail");
    real(expression, file, line, function);
    __builtin_unreachable();
  }
  Door door;
  violation(Verdict::assertion, std::string("assertion failed: ") + expression + " (" + file + ":" +
                                    std::to_string(line) + ", " + (function == nullptr ? "?" : function) +
                                    ")");
}
SELVAGE_EXPORT void _ZSt9terminatev() {
  if (!g.in_program) {
    using F = void();
    static F* real = selvage::abi::find_real<F>("_ZSt9terminatev");
    real();
    __builtin_unreachable();
  }
  // The program's own handler, where it has set one, decides; the default one makes it a verdict.
  std::get_terminate()();
  __builtin_trap();
}

// A static part of the C library, but GCC's ThreadSanitizer runtime has one as well: programs ask for it.
extern "C" int __cxa_atexit(void (*function)(void*), void* argument, void* handle);
SELVAGE_EXPORT int atexit(void (*function)()) {
  return __cxa_atexit(reinterpret_cast<void (*)(void*)>(function), nullptr, nullptr);
}

// Under another name, since the compilers disagree on how <cxxabi.h> declares it.
SELVAGE_EXPORT int selvage_cxa_atexit(void (*function)(void*), void* argument, void* handle) noexcept
    asm("__cxa_atexit");
int selvage_cxa_atexit(void (*function)(void*), void* argument, void* handle) noexcept {
  if (handle == &__dso_handle) {
    // The runtime's own statics are none of the program's business.
    using F = int(void (*)(void*), void*, void*);
    static F* own = selvage::abi::find_real<F>("__cxa_atexit");
    return own(function, argument, handle);
  }
  if (g.in_program) {
    Door door;
    exit_handlers().add({function, argument, true});
    return 0;
  }
  if (!g.exploring) exit_handlers().add({function, argument, false});
  using F = int(void (*)(void*), void*, void*);
  static F* real = selvage::abi::find_real<F>("__cxa_atexit");
  return real(function, argument, handle);
}
