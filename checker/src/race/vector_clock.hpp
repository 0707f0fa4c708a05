// Vector clocks: what a thread knows of the others' progress (happens-before).
//
// Fixed width, so that neither a copy nor a join allocates; only the first `size` components are in use.
// `time` is the virtual time (ns) that goes along happens-before: if a happens before b then
// time(a) <= time(b), whatever the interleaving.
#pragma once

#include <cstdint>

namespace selvage::race {

inline constexpr int kMaxThreads = 64;

struct VectorClock {
  std::uint32_t size = 0;
  std::uint64_t time = 0;
  std::uint32_t at[kMaxThreads];

  void clear() {
    size = 0;
    time = 0;
  }
  [[nodiscard]] std::uint32_t get(int thread) const {
    return static_cast<std::uint32_t>(thread) < size ? at[thread] : 0;
  }
  void grow(std::uint32_t to) {
    for (; size < to; ++size) at[size] = 0;
  }
  void set(int thread, std::uint32_t value) {
    grow(static_cast<std::uint32_t>(thread) + 1);
    at[thread] = value;
  }
  /// Is all that `other` knows known?
  [[nodiscard]] bool includes(const VectorClock& other) const {
    for (std::uint32_t i = 0; i < other.size; ++i) {
      if (other.at[i] > get(static_cast<int>(i))) return false;
    }
    return true;
  }
  void assign(const VectorClock& other) {
    size = other.size;
    time = other.time;
    for (std::uint32_t i = 0; i < size; ++i) at[i] = other.at[i];
  }
  void join(const VectorClock& other) {
    grow(other.size);
    for (std::uint32_t i = 0; i < other.size; ++i) {
      if (other.at[i] > at[i]) at[i] = other.at[i];
    }
    if (other.time > time) time = other.time;
  }
};

}  // namespace selvage::race
