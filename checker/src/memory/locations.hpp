// Which object lives at an address in the current run of the program.
#pragma once

#include <cstdint>
#include <vector>

namespace selvage::memory {

/// A hash table from addresses that is emptied in no time.
class Locations {
 public:
  struct Place {
    std::uint64_t address = 0;
    std::uint32_t run = 0;
    std::uint32_t size = 0;      ///< 0: a synchronisation object
    std::uint32_t instance = 0;  ///< how many lived there before in this run
    std::uint32_t location = 0;  ///< in the graph
    bool alive = false;
  };
  Locations() : slots_(64) {}
  void new_run() {
    ++run_;
    used_ = 0;
    atomics_.clear();
  }
  /// The place, made (not alive) where there is none.
  Place& at(std::uint64_t address, bool object) {
    const std::uint64_t key = address * 2 + (object ? 1 : 0);
    std::size_t i = slot_of(key);
    // Never for one that is there: whoever has a reference to a place may look for others.
    if (slots_[i].run != run_ && used_ * 2 >= slots_.size()) {
      grow();
      i = slot_of(key);
    }
    Place& p = slots_[i];
    if (p.run != run_) {
      p = Place{key, run_, 0, 0, 0, false};
      ++used_;
      if (!object) atomics_.push_back(key);
    }
    return p;
  }
  /// Calls `f` for the atomic objects that share bytes with [address, address + size).
  template <typename F>
  void overlapping(std::uint64_t address, std::uint64_t size, F f) {
    for (const std::uint64_t key : atomics_) {
      const std::uint64_t a = key / 2;
      if (a >= address + size || a + 16 <= address) continue;
      Place& p = at(a, false);
      if (p.alive && a < address + size && address < a + p.size) f(a, p);
    }
  }

 private:
  std::size_t hash(std::uint64_t key) const { return (key * 0x9e3779b97f4a7c15 >> 32) & (slots_.size() - 1); }
  std::size_t slot_of(std::uint64_t key) const {
    std::size_t i = hash(key);
    while (slots_[i].run == run_ && slots_[i].address != key) i = (i + 1) & (slots_.size() - 1);
    return i;
  }
  void grow() {
    std::vector<Place> old = std::move(slots_);
    slots_.assign(old.size() * 2, Place{});
    for (const Place& p : old) {
      if (p.run != run_ || run_ == 0) continue;
      std::size_t i = hash(p.address);
      while (slots_[i].run == run_) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = p;
    }
  }
  std::vector<Place> slots_;
  std::vector<std::uint64_t> atomics_;
  std::uint32_t run_ = 1;
  std::size_t used_ = 0;
};

}  // namespace selvage::memory
