// Memory for the runtime itself while it explores: apart from the program's heap and from libc's, whose
// state is put back between executions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace selvage::machine::runtime_heap {

void* allocate(std::size_t size, std::size_t alignment = 16);
void release(void* p);
/// While one exists, allocate() takes what it returns from a part of its own, in order, where nothing is used again:
/// for what libc keeps pointers to in what the program sees. Where that lies then only depends on what else was
/// allocated so, and is the same in a search that goes on from a checkpoint, whatever its options are.
class Lasting {
 public:
  Lasting();
  ~Lasting();
  Lasting(const Lasting&) = delete;
  Lasting& operator=(const Lasting&) = delete;
};
/// Was p returned by allocate()?
bool contains(const void* p);
std::size_t size_of(const void* p);
/// How many calls of allocate() there were: the hot path is to make none, and a test looks at that.
std::uint64_t allocations();

}  // namespace selvage::machine::runtime_heap
