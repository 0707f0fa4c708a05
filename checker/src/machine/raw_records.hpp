// The runtime's records of threads, synchronisation objects, accesses and the rest as they lie in memory:
// whether they are as they were at another time, and how they get so again, in the least time.
//
// Nothing is written down to be compared: everything that belongs to a state is compared where it is. What
// takes more than bytes to tell (lists of a thread, places with many accesses) is left to
// machine/bookkeeping.cpp, which knows all cases.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "race/shadow.hpp"

namespace selvage::machine {

class RawRecords {
 public:
  /// Keeps what is there now; false where there is more than bytes tell.
  bool keep();
  /// Is everything as when it was kept? May err towards "no".
  [[nodiscard]] bool match() const;
  /// Can it be put back still? Not once there are more threads than when it was kept.
  [[nodiscard]] bool valid() const;
  /// Makes everything as when it was kept.
  void put_back() const;
  /// How to do that where everything is as in other records.
  struct Patch {
    struct Word {
      std::uint64_t* at;
      std::uint64_t value;
    };
    std::vector<Word> words;
    std::vector<std::uint32_t> places;  ///< those that are not the same
  };
  /// False where that cannot be told in short.
  bool make_patch(const RawRecords& from, Patch* patch) const;
  void put_back(const Patch& patch) const;

  /// `size` bytes belong to the state, both multiples of 8. For keep(), and who it asks.
  void add(const void* at, std::uint64_t size);

 private:
  static constexpr std::size_t kUnit = 32;
  /// Some bytes of memory, those that `mask` has of them, and what they were.
  struct Unit {
    alignas(kUnit) unsigned char bytes[kUnit];
    alignas(kUnit) unsigned char mask[kUnit];
  };
  /// What belongs to the state of what was accessed at one place.
  struct Place {
    race::Shadow::Touched touched;
    std::uint32_t object;
    std::uint8_t count, shared;
    std::array<race::Record, race::kInline> records;
    bool operator==(const Place& other) const;
  };
  void add_clock(const race::VectorClock& clock);
  void add_unit(const unsigned char* from, std::size_t first, std::size_t end);
  bool add_place(const race::Shadow::Touched& touched);
  [[nodiscard]] bool units_match() const;
  void put_back(const Place& place) const;
  void put_back_the_rest() const;

  std::uint64_t threads_ = 0;  ///< those that there were, a bit mask
  int thread_limit_ = 0;
  std::uint32_t objects_ = 0;
  std::uint32_t generation_ = 0;
  std::string outcome_;
  std::vector<const unsigned char*> at_;  ///< where the units are
  std::vector<Unit> units_;
  std::vector<Patch::Word> words_;  ///< all but the places
  std::vector<Place> places_;
};

}  // namespace selvage::machine
