// The writable data of the program and its libraries, and the heap from before the exploration (as far as brk gave it),
// put back to the same bytes before every execution.
//
// Pages are write-protected when the exploration starts; the first write to one faults, its content is
// kept, and from then on it is copied back before each execution. So the cost of an execution is that of
// the pages that executions write, however large the data segments are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace selvage::machine {

class Segments {
 public:
  static constexpr std::uint64_t kPage = 4096;
  /// Finds the writable segments of every loaded object but the runtime and the loader, and protects them.
  void protect();
  /// A write fault at `address`: true where it was a protected page, which is now writable.
  bool on_write_fault(std::uint64_t address);
  /// Puts every page that was ever written back.
  void restore();
  /// Takes what is there now as the content to go back to (the runtime itself changed libc's data).
  void adopt();
  /// Makes everything writable again; restore() does nothing from now on.
  void release();
  [[nodiscard]] bool contains(std::uint64_t address) const;
  /// Is `address` in the heap from before the exploration?
  [[nodiscard]] bool in_heap(std::uint64_t address) const {
    return address - heap_.low < heap_.high - heap_.low;
  }
  struct Range {
    std::uint64_t low, high;
  };
  [[nodiscard]] const std::vector<Range>& ranges() const { return ranges_; }
  /// The pages that executions write: where a pointer into the heap can be.
  struct Page {
    std::uint64_t address;
    unsigned char* saved;
    /// [bound_low, bound_high) of it, offsets, belongs to the loader: addresses that it binds on first use
    /// and that stay bound.
    std::uint16_t bound_low, bound_high;
    bool of_program;    ///< the executable's own data
    std::uint16_t end;  ///< offset of the first byte that belongs to no variable
  };
  [[nodiscard]] const std::vector<Page>& written() const { return pages_; }

 private:
  void note(std::uint64_t page);
  std::vector<Range> ranges_;
  Range heap_{0, 0}, program_{0, 0};
  std::vector<Range> bound_;         ///< the objects' .got.plt
  std::vector<std::uint64_t> ends_;  ///< where their variables end
  std::vector<Page> pages_;
};

}  // namespace selvage::machine
