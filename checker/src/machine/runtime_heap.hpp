// Memory for the runtime itself while it explores: apart from the program's heap and from libc's, whose
// state is put back between executions.
#pragma once

#include <cstddef>

namespace selvage::machine::runtime_heap {

void* allocate(std::size_t size, std::size_t alignment = 16);
void release(void* p);
/// Was p returned by allocate()?
bool contains(const void* p);
std::size_t size_of(const void* p);

}  // namespace selvage::machine::runtime_heap
