// Does C++ promise no more than sequential consistency to what was explored?
//
// Under Options::model "auto" a search goes through the interleavings as long as it does: a program without data
// races whose atomic accesses are all seq_cst behaves as if it were sequentially consistent (the DRF-SC theorem; for
// rc11 Lahav, Vafeiadis, Kang, Hur, Dreyer: Repairing Sequential Consistency in C/C++11, PLDI 2017, section 4), and
// every execution explored is one that C++ allows, too, so that a race found in one of them is a race. What ends that: an
// atomic access of a weaker order; and a lock or semaphore that is found taken without waiting for it, since that
// tells something of another thread without being ordered after it. The caller then takes the search for execution
// graphs (report/promised.hpp).
#pragma once

#include "machine/machine.hpp"

namespace selvage::machine {

/// What the running thread is about to do shows more than sequential consistency, or may. May not return.
inline void goes_beyond_sc() {
  if (g.only_sc) [[unlikely]] end_execution(Ending::How::beyond_sc);
}

/// An atomic access is made with this order (as std::memory_order).
inline void accessed_with(int order) {
  constexpr int kSeqCst = 5;
  if (order != kSeqCst) goes_beyond_sc();
}

}  // namespace selvage::machine
