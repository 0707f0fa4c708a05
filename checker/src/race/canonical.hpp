// The history that race detection still needs, in a form that is equal for all histories that mean the same.
//
// Whether a later access races with a record of an earlier one depends only on who knows of the record: whether its epoch
// is at most the component for its thread of the clock in question. So (1) a record that every living thread knows of can
// race with nothing any more, since threads to come inherit what their starters know, and is dropped (but not that of a
// free: using freed memory is wrong in any order); and (2) of the epochs of a thread only their order matters: those that
// records have are numbered 1, 2, ..., and every clock gets the number of the latest that it knows of. Both change no
// later comparison, nor join (the numbering is monotone, and so commutes with taking the maximum). By induction over the
// steps that follow, the same races are found from the canonical form as from the original.
#pragma once

#include <cstdint>
#include <vector>

#include "race/shadow.hpp"

namespace selvage::race {

/// What make_canonical() works on.
struct History {
  Shadow* shadow = nullptr;
  std::uint64_t alive = 0;           ///< bit mask
  std::vector<VectorClock*> clocks;  ///< of living threads, by number (null: not alive)
  std::vector<VectorClock*> others;  ///< of ended threads, fences and objects
};

/// Puts the records of the touched cells of `history.shadow`, and all clocks, into canonical form. Cells that nothing is
/// known of any more are discarded, but those of objects and of stack that is shared.
void make_canonical(History& history);

}  // namespace selvage::race
