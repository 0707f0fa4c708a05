// Which memory order of the program is taken away: -DWEAK=n.
#pragma once

#include <atomic>

#ifndef WEAK
#define WEAK 0  // none
#endif

/// The order number `n` of the program: `right`, or where it is the one to be weakened, `wrong`.
constexpr std::memory_order order(int n, std::memory_order right,
                                  std::memory_order wrong = std::memory_order_relaxed) {
  return WEAK == n ? wrong : right;
}

constexpr auto relaxed = std::memory_order_relaxed, acquire = std::memory_order_acquire,
               release = std::memory_order_release, acq_rel = std::memory_order_acq_rel,
               seq_cst = std::memory_order_seq_cst;
