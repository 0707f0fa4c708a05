// pipe, socketpair, read, write, close, poll: between the processes and threads of the program
// (sync/pipe.hpp).
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bit>
#include <cstdarg>
#include <cstring>
#include <string>
#include <vector>

#include "abi/descriptors.hpp"
#include "abi/export.hpp"
#include "abi/real.hpp"
#include "machine/access.hpp"
#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "machine/virtual_time.hpp"
#include "sync/pipe.hpp"
#include "sync/timed_wait.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine
using selvage::abi::Description;
using selvage::abi::is_ours;
namespace objects = selvage::sync;

namespace {

int failed(int error) {
  errno = error;
  return -1;
}

void only_without_states() { refuse_states("pipe()"); }

/// `both`: each end reads and writes.
int make_pair(int* ends, bool both, bool waits, std::uint64_t pc) {
  only_without_states();
  selvage::abi::use_table(pc);
  int fds[2];
  Description* d[2];
  for (int i = 0; i < 2; ++i) {
    d[i] = selvage::abi::open_descriptor(&fds[i]);
    if (d[i] == nullptr) unsupported("more than 256 open descriptors");
    d[i]->waits = waits;
  }
  const int there = objects::pipe_new(g.current);
  const int back = both ? objects::pipe_new(g.current) : -1;
  d[0]->in = d[1]->out = there;
  d[0]->out = d[1]->in = back;
  for (const int pipe : {there, back}) {
    if (pipe < 0) continue;
    objects::pipe_add_reader(pipe);
    objects::pipe_add_writer(pipe);
  }
  std::memcpy(ends, fds, sizeof fds);
  return 0;
}

int make_pipe(int* ends, int flags, std::uint64_t pc) {
  range(reinterpret_cast<std::uint64_t>(ends), 2 * sizeof *ends, selvage::race::kWrite, pc);
  Door door;
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) != 0) unsupported("pipe2() with unusual flags");
  return make_pair(ends, false, (flags & O_NONBLOCK) == 0, pc);
}

/// What a thread has read and not yet put where the program wants it: that may be an event of its own.
std::string g_received[kMaxThreads];

long read_from(int fd, void* to, std::size_t count, std::uint64_t pc) {
  long result;
  {
    Door door;
    const Description* d = selvage::abi::description(fd);
    if (d == nullptr || d->in < 0) return failed(d == nullptr ? EBADF : EINVAL);
    result = objects::pipe_read(d->in, count, d->waits, &g_received[g.current], pc);
  }
  if (result < 0) return failed(static_cast<int>(-result));
  if (result == 0) return 0;
  range(reinterpret_cast<std::uint64_t>(to), static_cast<std::uint64_t>(result), selvage::race::kWrite, pc);
  std::memcpy(to, g_received[g.current].data(), static_cast<std::size_t>(result));
  return result;
}

}  // namespace

namespace selvage::abi {

long write_to(int fd, const void* bytes, std::size_t count, std::uint64_t pc) {
  range(reinterpret_cast<std::uint64_t>(bytes), count, selvage::race::kRead, pc);
  Door door;
  const Description* d = description(fd);
  if (d == nullptr || d->out < 0) return failed(EBADF);
  const long result = objects::pipe_write(d->out, static_cast<const char*>(bytes), count, d->waits, pc);
  if (result == -EPIPE) {
    violation(Verdict::crash,
              "T" + std::to_string(g.current) + " writes to a pipe that nobody can read (SIGPIPE)");
  }
  return result < 0 ? failed(static_cast<int>(-result)) : result;
}

}  // namespace selvage::abi

SELVAGE_EXPORT int pipe(int* ends) noexcept {
  if (!g.in_program) return SELVAGE_REAL(pipe)(ends);
  return make_pipe(ends, 0, SELVAGE_CALLER);
}
SELVAGE_EXPORT int pipe2(int* ends, int flags) noexcept {
  if (!g.in_program) return SELVAGE_REAL(pipe2)(ends, flags);
  return make_pipe(ends, flags, SELVAGE_CALLER);
}
SELVAGE_EXPORT int socketpair(int domain, int type, int protocol, int* ends) noexcept {
  if (!g.in_program) return SELVAGE_REAL(socketpair)(domain, type, protocol, ends);
  range(reinterpret_cast<std::uint64_t>(ends), 2 * sizeof *ends, selvage::race::kWrite, SELVAGE_CALLER);
  Door door;
  if (domain != AF_UNIX || (type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) != SOCK_STREAM || protocol != 0) {
    unsupported("socketpair() of anything but local streams");
  }
  return make_pair(ends, true, (type & SOCK_NONBLOCK) == 0, SELVAGE_CALLER);
}

SELVAGE_EXPORT ssize_t read(int fd, void* to, size_t count) {
  if (!g.in_program) return SELVAGE_REAL(read)(fd, to, count);
  if (is_ours(fd)) return read_from(fd, to, count, SELVAGE_CALLER);
  Door door;
  unsupported("read()");
}

SELVAGE_EXPORT int close(int fd) {
  if (!g.in_program) return SELVAGE_REAL(close)(fd);
  Door door;
  if (!is_ours(fd)) unsupported("close() of a descriptor that the program was started with");
  const int error = selvage::abi::close_descriptor(fd, SELVAGE_CALLER);
  return error == 0 ? 0 : failed(error);
}

SELVAGE_EXPORT int dup(int fd) noexcept {
  if (!g.in_program) return SELVAGE_REAL(dup)(fd);
  Door door;
  if (!is_ours(fd)) unsupported("dup() of a descriptor that the program was started with");
  selvage::abi::use_table(SELVAGE_CALLER);
  if (selvage::abi::description(fd) == nullptr) return failed(EBADF);
  const int copy = selvage::abi::duplicate(fd);
  return copy < 0 ? failed(EMFILE) : copy;
}

SELVAGE_EXPORT int fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  const long argument = va_arg(list, long);
  va_end(list);
  if (!g.in_program) return SELVAGE_REAL(fcntl)(fd, command, argument);
  Door door;
  if (!is_ours(fd)) unsupported("fcntl() of a descriptor that the program was started with");
  Description* d = selvage::abi::description(fd);
  if (d == nullptr) return failed(EBADF);
  switch (command) {
    case F_GETFD:
      return FD_CLOEXEC;
    case F_SETFD:
      return 0;
    case F_GETFL:
      return d->waits ? 0 : O_NONBLOCK;
    case F_SETFL:
      if (d->descriptors > 1 && d->waits != ((argument & O_NONBLOCK) == 0)) {
        unsupported("fcntl(F_SETFL) of a descriptor that others have as well");
      }
      d->waits = (argument & O_NONBLOCK) == 0;
      return 0;
    default:
      unsupported("fcntl() with this command");
  }
}

namespace {

short ready(const pollfd& p) {
  const Description* d = selvage::abi::description(p.fd);
  if (d == nullptr) return POLLNVAL;
  short events = 0;
  if (d->in >= 0) {
    if (!objects::pipe_is_empty(d->in)) events = static_cast<short>(events | (p.events & POLLIN));
    const bool ended = !objects::pipe_has_writer(d->in);
    const bool socket = d->out >= 0;  // at whose end a read returns, which is to be ready
    if (ended) events = static_cast<short>(events | POLLHUP | (socket ? p.events & POLLIN : 0));
  }
  if (d->out >= 0) {
    if (objects::pipe_can_write(d->out, 4096)) events = static_cast<short>(events | (p.events & POLLOUT));
    if (!objects::pipe_has_reader(d->out)) events = static_cast<short>(events | POLLERR);
  }
  return events;
}

int count_ready(pollfd* list, nfds_t count) {
  int n = 0;
  for (nfds_t i = 0; i < count; ++i) {
    list[i].revents = list[i].fd < 0 ? static_cast<short>(0) : ready(list[i]);
    if (list[i].revents != 0) ++n;
  }
  return n;
}

}  // namespace

SELVAGE_EXPORT int poll(pollfd* list, nfds_t count, int timeout) {
  if (!g.in_program) return SELVAGE_REAL(poll)(list, count, timeout);
  range(reinterpret_cast<std::uint64_t>(list), count * sizeof *list, selvage::race::kWrite, SELVAGE_CALLER);
  Door door;
  if (count == 0) unsupported("poll() of nothing");
  for (nfds_t i = 0; i < count; ++i) {
    if (list[i].fd >= 0 && !is_ours(list[i].fd))
      unsupported("poll() of a descriptor that the program was started with");
    if ((list[i].events & ~(POLLIN | POLLOUT)) != 0) unsupported("poll() for unusual events");
  }
  objects::need_visible_closes();
  std::vector<objects::Polled>& polled = objects::polled_by(g.current);
  polled.clear();
  for (nfds_t i = 0; i < count; ++i) {
    const Description* d = list[i].fd < 0 ? nullptr : selvage::abi::description(list[i].fd);
    if (d != nullptr)
      polled.push_back({d->in, d->out, (list[i].events & POLLIN) != 0, (list[i].events & POLLOUT) != 0});
  }
  Op op;
  op.kind = timeout < 0 && polled.size() == count ? EventKind::poll_wait : EventKind::poll;
  op.footprint = Footprint::all;
  if (polled.size() == 1 && (polled[0].in < 0 || polled[0].out < 0)) {
    op.footprint = Footprint::write;
    op.address = polled[0].in >= 0 ? objects::pipe_bytes(polled[0].in) : objects::pipe_bytes(polled[0].out);
    op.second =
        polled[0].in >= 0 ? objects::pipe_writers(polled[0].in) : objects::pipe_readers(polled[0].out);
  }
  op.pc = SELVAGE_CALLER;
  visible(op);
  int n = count_ready(list, count);
  if (n == 0 && timeout > 0) {
    op.kind = EventKind::poll_wait;
    const std::uint64_t now = kMonotonicStart + self().clock.time;
    objects::times_out(op, CLOCK_MONOTONIC, now + static_cast<std::uint64_t>(timeout) * 1'000'000);
    n = count_ready(list, count);
  }
  if (auto* e = last_event()) {
    e->result = n;
    e->address = e->second = 0;
  }
  return n;
}
