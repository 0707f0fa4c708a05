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
  /// The pages that [low, high) is in may be protected: nobody else, nor the kernel, needs to write there.
  void use(std::uint64_t low, std::uint64_t high) {
    low_ = low & ~4095ULL;
    high_ = (high + 4095) & ~4095ULL;
  }
  [[nodiscard]] bool cold() const { return cold_; }
  /// Nobody has written there since the last time.
  void rest() {
    if (high_ != 0 && ++rested_ >= patience_) cool_down();
  }
  void warm_up();
  std::uint64_t patience() const { return high_ == 0 ? 0 : patience_; }
  /// Before others than the program write, e.g. threads that are started: they could not be told of a fault.
  static void warm_up_all();
  /// A write fault at `address`: true where it was in cold pages, which now can be written.
  static bool on_write_fault(std::uint64_t address);

 private:
  void cool_down();
  static constexpr std::uint32_t kPatience = 64, kMostPatience = 1 << 20;
  std::uint64_t low_ = 0, high_ = 0;
  std::uint32_t rested_ = 0, patience_ = kPatience;
  bool cold_ = false;
  ColdPages* next_ = nullptr;  ///< of those that are cold
};

}  // namespace selvage::machine
