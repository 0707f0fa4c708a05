// `selvage run`: takes the program over between its static constructors and main.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "abi/callback.hpp"
#include "abi/export.hpp"
#include "abi/real.hpp"
#include "abi/terminate.hpp"
#include "abi/threads.hpp"
#include "machine/exploration.hpp"
#include "machine/machine.hpp"
#include "report/control.hpp"
#include "report/record.hpp"

namespace {

using Main = int (*)(int, char**, char**);
Main g_main = nullptr;

void write_all(int fd, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t n = write(fd, text.data() + at, text.size() - at);
    if (n <= 0) return;
    at += static_cast<std::size_t>(n);
  }
}

int explored_main(int argc, char** argv, char** environment) {
  // What the runtime allocates from here on, and that depends on how it was started, comes from its own heap: libc's is
  // then the same however that was.
  selvage::machine::g.exploring = true;
  const char* options = std::getenv(selvage::report::kEnvOptions);
  const char* result_fd = std::getenv(selvage::report::kEnvResultFd);
  const char* control_fd = std::getenv(selvage::report::kEnvControlFd);
  const int out = std::atoi(result_fd);
  selvage::report::RawResult result;
  selvage::machine::Job job;
  job.run_mode = true;
  try {
    job.options = selvage::report::options_from_json(options);
  } catch (const std::exception& e) {
    result.refused = e.what();
  }
  if (control_fd != nullptr) {
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, std::atoi(control_fd), 0);
    if (page != MAP_FAILED) job.control = static_cast<selvage::report::ControlBlock*>(page);
  }
  // The program is not to see how it was started.
  for (const char* name : {selvage::report::kEnvOptions, selvage::report::kEnvResultFd,
                           selvage::report::kEnvControlFd, "LD_PRELOAD", "LD_BIND_NOW"}) {
    unsetenv(name);
  }
  job.command.assign(argv, argv + argc);
  for (char** entry = environ; *entry != nullptr; ++entry) job.environment.emplace_back(*entry);
  job.body = [=] {
    int status;
    {
      selvage::abi::Callback program;
      status = g_main(argc, argv, environment);
    }
    selvage::machine::end_program(status & 0xff);
  };
  if (result.refused.empty() && selvage::abi::g_threads_before != 0) {
    result.refused =
        "the program starts a thread before main (in a static constructor), which cannot be controlled";
  }
  if (result.refused.empty()) {
    selvage::abi::catch_terminate();
    result = selvage::machine::explore_here(job);
  }
  write_all(out, selvage::report::to_json_text(result));
  _exit(0);
}

}  // namespace

SELVAGE_EXPORT int __libc_start_main(Main main, int argc, char** argv, void (*init)(), void (*fini)(),
                                     void (*rtld_fini)(), void* stack_end) {
  using F = int(Main, int, char**, void (*)(), void (*)(), void (*)(), void*);
  F* real = selvage::abi::find_real<F>("__libc_start_main");
  const bool take_over = std::getenv(selvage::report::kEnvOptions) != nullptr &&
                         std::getenv(selvage::report::kEnvResultFd) != nullptr;
  g_main = main;
  return real(take_over ? explored_main : main, argc, argv, init, fini, rtld_fini, stack_end);
}
