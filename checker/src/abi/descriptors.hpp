// File descriptors of the program's own making: ends of pipes, sockets of a pair, shared memory objects. The
// kernel knows none of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace selvage::abi {

/// What open file descriptions are in POSIX: several descriptors, also of several processes, can be of one.
struct Description {
  int in = -1, out = -1;     ///< pipes to read from and to write to
  std::int64_t object = -1;  ///< a shared memory object (abi/named_objects.hpp)
  bool waits = true;         ///< not O_NONBLOCK
  int descriptors = 0;       ///< how many there are, of all processes
};

/// The first number that is handed out: above those of files that the program may have been started with.
inline constexpr int kFirstDescriptor = 512;
inline bool is_ours(int fd) { return fd >= kFirstDescriptor; }
/// Which numbers are free depends on who opens and closes first: an event where the process has other
/// threads.
void use_table(std::uint64_t pc);
/// A new descriptor of the running process, and its description to be filled in; null where there are too
/// many.
Description* open_descriptor(int* fd);
/// The running process's; null where it has none of this number.
Description* description(int fd);
/// Another descriptor for the same, -1 where there are too many.
int duplicate(int fd);
/// 0 or EBADF. An event for each end of a pipe.
int close_descriptor(int fd, std::uint64_t pc);

/// write() to one of ours (abi/pipes.cpp).
long write_to(int fd, const void* bytes, std::size_t count, std::uint64_t pc);

}  // namespace selvage::abi
