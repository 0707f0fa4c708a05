// Thread-local storage for fibers: each fiber runs with the thread pointer of a real thread that only
// sleeps, so thread_local, errno, pthread_self and C++ exception state are the fiber's own.
#pragma once

#include <cstdint>

#include "race/vector_clock.hpp"

namespace selvage::machine {

class ThreadLocals {
 public:
  /// Takes the calling thread's block as number 0.
  void adopt_main();
  /// From now on the C library's thread ids in the blocks are made up, the same in each process: for states that
  /// another process goes on from. False where they are not where they are looked for.
  bool hide_thread_ids();
  /// The least of them.
  static constexpr int kMadeUp = 1 << 30;
  /// Makes blocks available for numbers below `count` by starting real threads. Changes libc's data.
  void grow(int count);
  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] std::uint64_t thread_pointer(int index) const { return pointer_[index]; }
  /// Which number has this thread pointer (a pthread_t)? -1: none.
  [[nodiscard]] int find(std::uint64_t thread_pointer) const;
  /// Whose block begins at `low`? -1: none does.
  [[nodiscard]] int holding(std::uint64_t low_end) const {
    for (int i = 0; i < count_; ++i) {
      if (low(i) == low_end) return i;
    }
    return -1;
  }
  /// Puts the block's bytes back to what a new thread finds.
  void restore(int index) const;
  /// [low, high) of a block: for conservative scans and state hashes.
  [[nodiscard]] std::uint64_t low(int index) const { return pointer_[index] - below_; }
  [[nodiscard]] std::uint64_t high(int index) const { return pointer_[index] + kAbove; }

 private:
  // What of struct pthread a program can change through libc: up to the end of its pthread_setspecific
  // data and cancellation state (glibc 2.36 has 0x6xx bytes before the rseq area).
  static constexpr std::uint64_t kAbove = 0x680;
  void save(int index);
  bool hide_ids_ = false;
  int count_ = 0;
  std::uint64_t below_ = 0;  ///< bytes of static TLS in use below the thread pointer
  std::uint64_t pointer_[race::kMaxThreads]{};
  unsigned char* saved_[race::kMaxThreads]{};
};

}  // namespace selvage::machine
