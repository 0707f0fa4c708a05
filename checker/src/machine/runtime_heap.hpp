// Memory for the runtime itself while it explores: apart from the program's heap and from libc's, whose
// state is put back between executions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace selvage::machine::runtime_heap {

void* allocate(std::size_t size, std::size_t alignment = 16);
void release(void* p);
/// Was p returned by allocate()?
bool contains(const void* p);
std::size_t size_of(const void* p);
/// How many calls of allocate() there were: the hot path is to make none, and a test looks at that.
std::uint64_t allocations();

}  // namespace selvage::machine::runtime_heap
