// What a process that does not run has in private memory, at addresses that the one that runs has too.
//
// Only that: stacks, thread-local blocks and arenas that were begun after the last fork are one process's
// alone and stay where they are. The pages of data segments are those that executions write
// (machine/segments.hpp); what nobody has written is the same for all.
#pragma once

#include <cstdint>
#include <vector>

namespace selvage::machine {

class PrivateMemory {
 public:
  struct Range {
    std::uint64_t low, high;
  };
  void new_execution() { kept_ = false; }
  /// Keeps what is there now: data segments, foreign memory and `ranges`.
  void keep(const std::vector<Range>& ranges);
  /// Puts it back.
  void bring_back() const;

 private:
  bool kept_ = false;
  std::size_t pages_ = 0;     ///< of g.segments.written()
  std::size_t granules_ = 0;  ///< of g.foreign.saved()
  std::vector<Range> ranges_;
  std::vector<unsigned char> bytes_;
};

}  // namespace selvage::machine
