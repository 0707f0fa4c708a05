#include "machine/output.hpp"

#include <fcntl.h>
#include <stdio_ext.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cwchar>

#include "machine/fatal.hpp"
#include "machine/machine.hpp"
#include "machine/raw_syscall.hpp"

namespace selvage::machine {

namespace {

// Each execution's begins at the start of the file again, over what was there: its end is where the next write would go.

/// What is at the beginning of the file with standard output, to be read without a system call.
constexpr long kWindow = 1 << 16;
const char* g_window = nullptr;

/// So much has been printed that its memory is given back each time.
constexpr long kMuch = 1 << 20;
bool g_much = false;

std::string content(int fd) {
  const long size = raw_syscall(SYS_lseek, fd, 0, SEEK_CUR);
  std::string text;
  if (size <= 0) return text;
  g_much = g_much || size > kMuch;
  if (fd == 1 && g_window != nullptr && size <= kWindow) {
    text.assign(g_window, static_cast<std::size_t>(size));
    return text;
  }
  text.resize(static_cast<std::size_t>(size));
  const long got = raw_syscall(SYS_pread64, fd, reinterpret_cast<long>(text.data()), size, 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

void close_window() {
  if (g_window != nullptr) raw_syscall(SYS_munmap, reinterpret_cast<long>(g_window), kWindow);
  g_window = nullptr;
}

void empty(int fd) {
  raw_syscall(SYS_lseek, fd, 0, SEEK_SET);
  if (g_much) raw_syscall(SYS_ftruncate, fd, 0);
}

[[noreturn]] void no_descriptor() { fatal("no descriptor is left to keep the output apart (ulimit -n)"); }

/// Out of the way of the program's own, whose numbers it may print; lower where the limit of open files is.
int high_copy(int fd) {
  for (const int least : {100, 10}) {
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, least);
    if (copy >= 0) return copy;
  }
  no_descriptor();
}

}  // namespace

void Output::capture() {
  std::fflush(nullptr);
  real_out_ = high_copy(1);
  real_err_ = high_copy(2);
  set_error_fd(real_err_);
  redirect();
  count_from_here();
}

void Output::redirect() {
  // The same file gets both streams' text only in the merged one; stdout alone is the outcome.
  memory_ = memfd_create("selvage-stdout", MFD_CLOEXEC);
  memory_err_ = memfd_create("selvage-stderr", MFD_CLOEXEC);
  if (memory_ < 0 || memory_err_ < 0) no_descriptor();
  dup2(memory_, 1);
  dup2(memory_err_, 2);
  const long window = raw_syscall(SYS_mmap, 0, kWindow, PROT_READ, MAP_SHARED, memory_, 0);
  g_window = window > 0 ? reinterpret_cast<const char*>(window) : nullptr;
}

void Output::separate() {
  if (!capturing()) return;
  close_window();
  close(memory_);
  close(memory_err_);
  redirect();
  g.printed = true;  // whatever a state wants there, it is not there yet
}

void Output::release() {
  if (real_out_ < 0) return;
  close_window();
  stdout->_offset = -1;  // it does not know
  dup2(real_out_, 1);
  dup2(real_err_, 2);
  set_error_fd(2);
  real_out_ = real_err_ = -1;
}

std::string Output::standard_output() {
  if (in_buffer()) return {stdout->_IO_write_base, stdout->_IO_write_ptr};
  return content(1);
}

std::string Output::all() { return content(1) + content(2); }

/// A stream that knows where it is counts what it writes. That is memory of the C library: each execution begins with what was
/// there before all of them, and each state has its own.
void Output::count_from_here() { stdout->_offset = 0; }

bool Output::in_buffer() {
  return g.captures && !g.wrote && !g.forked && stdout->_offset == 0 && fwide(stdout, 0) <= 0;
}

bool Output::in_stream() { return g.captures && (__fpending(stdout) != 0 || stdout->_offset > 0); }

void Output::note_unseen() {
  if (g.captures && stdout->_offset > 0) g.printed = true;
}

bool Output::flush_later() {
  if (!in_buffer()) return false;
  g.owes_flush = true;
  return true;
}

void Output::flush_owed() {
  if (!g.owes_flush) return;
  g.owes_flush = false;
  fflush_unlocked(stdout);
}

void Output::state(state::Writer& archive) { archive(content(1))(content(2)); }

void Output::state(state::Reader& archive) {
  for (const int fd : {1, 2}) {
    std::string text;
    archive(text);
    if (text == content(fd)) continue;
    empty(fd);
    raw_syscall(SYS_write, fd, reinterpret_cast<long>(text.data()), static_cast<long>(text.size()));
  }
}

void Output::clear() {
  if (!capturing()) return;
  empty(1);
  empty(2);
}

}  // namespace selvage::machine
