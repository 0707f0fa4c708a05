// Memory that the processes of the program have in common: MAP_SHARED mappings.
//
// Each is at one address in all processes that map it: a function of which thread asked for it and of what
// that thread asked for before, or of its name; so it does not depend on the interleaving. Mappings begin at
// regions of shadow memory, and a process that has not mapped one has no shadow for it: its first access asks
// for that, and is found (machine/process.cpp).
#pragma once

#include <cstdint>
#include <vector>

#include "race/shadow.hpp"
#include "race/vector_clock.hpp"

namespace selvage::machine {

class SharedMemory {
 public:
  static constexpr std::uint64_t kBase = 0x230000000000;  // see Stacks::reserve
  static constexpr std::uint64_t kBytesPerThread = 64ULL << 30;
  /// What each shared object has of the addresses for objects with names or descriptors.
  static constexpr std::uint64_t kBytesPerObject = 1ULL << 30;
  static constexpr std::uint64_t kObjects = 4096;
  static constexpr std::uint64_t kObjectsBase = kBase + kBytesPerThread * race::kMaxThreads;
  static constexpr std::uint64_t kEnd = kObjectsBase + kObjects * kBytesPerObject;
  static constexpr std::uint64_t kRegion = 1ULL << race::Shadow::kRegionBits;

  [[nodiscard]] static bool contains(std::uint64_t address) { return address - kBase < kEnd - kBase; }
  void new_execution();
  /// Zero-filled memory for the thread that asks, at an address that nothing else had in this execution. 0:
  /// none left.
  std::uint64_t allocate(int thread, std::uint64_t size);
  /// The memory of the object with this number, zero-filled where it was not in use: `size` bytes, at most
  /// kBytesPerObject.
  std::uint64_t object(std::uint64_t number, std::uint64_t size);
  /// Makes the bytes of [low, high), which were in use, zero.
  void clear(std::uint64_t low, std::uint64_t high);
  /// The cells of the region that `address` is in; the same whoever asks.
  race::Cell* cells(std::uint64_t address, race::Shadow& shadow);
  template <typename F>
  void for_each_in_use(F&& visit) const {
    for (const Block& block : used_) visit(block.low, block.high);
  }

 private:
  struct Block {
    std::uint64_t low, high;
  };
  struct Region {
    std::uint64_t index;
    race::Cell* cells;
  };
  void reserve();
  void use(std::uint64_t low, std::uint64_t size);
  bool reserved_ = false;
  std::uint64_t next_[race::kMaxThreads]{};  ///< bytes that each thread has asked for
  std::vector<Block> used_;                  ///< in this execution
  std::vector<Block> writable_;              ///< over all executions
  std::vector<Region> regions_;              ///< over all executions
};

}  // namespace selvage::machine
