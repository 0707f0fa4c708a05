// Plays libselvage.so for run_test.cpp: takes a program over before main, does what FAKE says and writes the
// record that lies in the file FAKE_RECORD.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "control.hpp"

namespace {

using selvage::report::ControlBlock;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void dump_environment(const std::string& file, int argc, char** argv) {
  std::ofstream out(file);
  for (const char* name : {"LD_PRELOAD", selvage::report::kEnvOptions})
    out << name << "=" << environment(name) << "\n";
  for (int i = 0; i < argc; ++i) out << "argument " << argv[i] << "\n";
  char byte = 0;
  out << "stdin " << (::read(0, &byte, 1) == 0 ? "empty" : "open") << "\n";
  out << "randomised " << ((::personality(0xffffffff) & ADDR_NO_RANDOMIZE) == 0) << "\n";
  struct sigaction action {};
  ::sigaction(SIGPIPE, nullptr, &action);
  out << "sigpipe " << (action.sa_handler == SIG_DFL ? "default" : "changed") << "\n";
}

void write_record(int fd) {
  std::ifstream file(environment("FAKE_RECORD"), std::ios::binary);
  const std::string record((std::istreambuf_iterator<char>(file)), {});
  for (std::size_t done = 0; done < record.size();) {
    const ssize_t wrote = ::write(fd, record.data() + done, record.size() - done);
    if (wrote <= 0) std::abort();
    done += static_cast<std::size_t>(wrote);
  }
}

__attribute__((constructor)) void take_over(int argc, char** argv, char**) {
  const std::string what = environment("FAKE");
  if (environment(selvage::report::kEnvResultFd).empty() || what.empty() || what == "pass") return;
  if (what == "early-crash") std::raise(SIGSEGV);
  const int control_fd = std::atoi(environment(selvage::report::kEnvControlFd).c_str());
  void* page = ::mmap(nullptr, sizeof(ControlBlock), PROT_READ | PROT_WRITE, MAP_SHARED, control_fd, 0);
  if (page == MAP_FAILED) std::abort();
  auto* control = static_cast<ControlBlock*>(page);
  if (control->magic != ControlBlock::kMagic) std::abort();
  control->exploring.store(1);
  if (const std::string file = environment("FAKE_DUMP"); !file.empty()) dump_environment(file, argc, argv);
  if (what == "crash") std::raise(SIGSEGV);
  if (what == "silent") std::_Exit(5);
  if (what == "print") std::puts("from the program");
  if (what == "until-stopped" || what == "never-stops") {
    std::ofstream(environment("FAKE_STARTED")) << "started\n";
    while (what == "never-stops" || control->stop.load() == 0) ::usleep(1000);
  }
  const int result = std::atoi(environment(selvage::report::kEnvResultFd).c_str());
  if (what == "outlived" && ::fork() == 0) {  // holds the pipe open for longer than anyone should wait
    ::sleep(30);
    ::_exit(0);
  }
  write_record(result);
  std::fflush(nullptr);
  ::_exit(0);
}

}  // namespace
