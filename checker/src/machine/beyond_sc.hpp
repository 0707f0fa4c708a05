// Does C++ promise no more than sequential consistency to what was explored?
//
// Under Options::model "auto" a search goes through the interleavings as long as it does: a program without data
// races whose atomic accesses are all seq_cst behaves as if it were sequentially consistent (the DRF-SC theorem; for
// rc11 Lahav, Vafeiadis, Kang, Hur, Dreyer: Repairing Sequential Consistency in C/C++11, PLDI 2017, section 4), and
// every execution explored is one that C++ allows, too, so that a race found in one of them is a race. What ends that is an
// atomic access of a weaker order. The caller then takes the search for execution graphs (report/promised.hpp).
//
// Not so a lock that is found taken without waiting (try_lock, time-outs), although that tells something of another thread
// without being ordered after it: C++ has the theorem by letting try_lock fail for no reason, which no search here explores.
// It tells what it tells under sequential consistency (docs/memory-model.md says so).
#pragma once

#include "machine/machine.hpp"

namespace selvage::machine {

/// An atomic access is about to be made with this order (as std::memory_order). May not return.
inline void accessed_with(int order) {
  constexpr int kSeqCst = 5;
  if (g.only_sc && order != kSeqCst) [[unlikely]]
    end_execution(Ending::How::beyond_sc);
}

}  // namespace selvage::machine
