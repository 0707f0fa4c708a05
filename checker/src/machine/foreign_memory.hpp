// Memory that is neither the heap arena, nor a fiber's stack, nor a data segment: what the caller of
// explore() captured by reference, or the heap that existed before. Instrumented writes to it are noted,
// granule by granule, before they happen, and undone before the next execution.
#pragma once

#include <cstdint>
#include <vector>

namespace selvage::machine {

class ForeignMemory {
 public:
  void note(std::uint64_t granule) {
    saved_.push_back({granule, *reinterpret_cast<const std::uint64_t*>(granule)});
  }
  void restore() const {
    for (const auto& s : saved_) *reinterpret_cast<std::uint64_t*>(s.granule) = s.value;
  }
  struct Saved {
    std::uint64_t granule, value;
  };
  [[nodiscard]] const std::vector<Saved>& saved() const { return saved_; }

 private:
  std::vector<Saved> saved_;
};

}  // namespace selvage::machine
