// Pipes: bytes in order, each with what its writer knew, so that a reader synchronises with the writers of
// what it reads and no others.
//
// Three things of a pipe can be waited for or seen: its bytes, whether anybody can still write, and whether
// anybody can still read. Each has an address of its own for operations, so that those on different ones
// commute.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "machine/op.hpp"

namespace selvage::sync {

/// One direction; sockets of a pair are two. Numbers of the current execution.
int pipe_new(int thread);
void pipes_new_execution();

/// There is one more descriptor for an end.
void pipe_add_reader(int pipe);
void pipe_add_writer(int pipe);
/// There is one less: an event.
void pipe_remove_reader(int pipe, std::uint64_t pc);
void pipe_remove_writer(int pipe, std::uint64_t pc);

/// Somebody looks whether ends are open without waiting. May not return: the search starts over.
void need_visible_closes();
/// Up to `most` bytes into `bytes`: how many, 0 at the end, -EAGAIN where it does not wait.
long pipe_read(int pipe, std::size_t most, bool waits, std::string* bytes, std::uint64_t pc);
/// How many were written, -EAGAIN, or -EPIPE where nobody can read.
long pipe_write(int pipe, const char* bytes, std::size_t count, bool waits, std::uint64_t pc);

bool pipe_can_read(int pipe);
bool pipe_can_write(int pipe, std::size_t count);
bool pipe_has_writer(int pipe);
bool pipe_has_reader(int pipe);
bool pipe_is_empty(int pipe);
/// The addresses that stand for its bytes and for its ends.
std::uint64_t pipe_bytes(int pipe);
std::uint64_t pipe_writers(int pipe);
std::uint64_t pipe_readers(int pipe);

/// What a thread that polls looks at; -1: no such pipe.
struct Polled {
  int in, out;
  bool wants_to_read, wants_to_write;
};
std::vector<Polled>& polled_by(int thread);
/// Is any of it ready?
bool poll_enabled(int thread);
/// Could an operation of kind receive or send go on now?
bool pipe_enabled(const machine::Op& op);

}  // namespace selvage::sync
