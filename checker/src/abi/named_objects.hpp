// Memory with a name or a descriptor: shm_open, memfd_create, sem_open.
#pragma once

#include <cstdint>
#include <string>

namespace selvage::abi {

struct NamedObject {
  std::string name;       ///< empty: memfd_create's, or its name was removed
  std::uint64_t low = 0;  ///< where its memory is, in every process
  std::uint64_t size = 0;
  bool semaphore = false;
};
NamedObject& named_object(std::int64_t index);
/// An event: the calling thread looks at what there is.
void look_at_named_objects(const char* call, std::uint64_t pc);

}  // namespace selvage::abi
