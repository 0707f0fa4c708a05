// Pages that nobody writes for long are write-protected, so that what is in them need not be compared after
// each step. The first write makes them as they were.
#pragma once

#include <cstdint>

namespace selvage::machine {

class ColdPages {
 public:
  ColdPages() = default;
  ColdPages(ColdPages&& other) noexcept;
  ColdPages& operator=(ColdPages&&) = delete;
  ColdPages(const ColdPages&) = delete;
  ColdPages& operator=(const ColdPages&) = delete;
  ~ColdPages() { warm_up(); }
  /// The pages may be protected: nobody else, nor the kernel, needs to write there.
  void allow() { allowed_ = true; }
  [[nodiscard]] bool cold() const { return cold_; }
  /// Nobody has written to [low, high) since the last time. The pages that it is in may become cold.
  void rest(std::uint64_t low, std::uint64_t high) {
    if (allowed_ && ++rested_ >= patience_) cool_down(low, high);
  }
  /// Somebody is about to write there.
  void warm_up();
  /// The same, but they may soon be cold again.
  void warm_up_shortly();
  /// Grows whenever some become cold or are not any more.
  static std::uint64_t changes() { return changes_; }
  /// Before others than the program write, e.g. threads that are started: they could not be told of a fault.
  static void warm_up_all();
  /// A write fault at `address`: true where it was in cold pages, which now can be written.
  static bool on_write_fault(std::uint64_t address);

 private:
  void cool_down(std::uint64_t low, std::uint64_t high);
  static constexpr std::uint32_t kPatience = 64, kMostPatience = 1 << 20;
  static inline std::uint64_t changes_ = 0;
  std::uint64_t low_ = 0, high_ = 0;
  std::uint32_t rested_ = 0, patience_ = kPatience;
  bool allowed_ = false, cold_ = false;
  ColdPages* next_ = nullptr;  ///< of those that are cold
};

}  // namespace selvage::machine
