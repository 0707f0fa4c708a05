// Waiting that may end because time runs out: whether that is explored, and what happens then.
#pragma once

#include <cstdint>

#include "machine/op.hpp"

namespace selvage::sync {

/// May a time-out be explored here? False (and the bound noted) where the running thread took as many in a row
/// at this place, with nothing changed, as --max-timeouts allows.
bool may_time_out();
/// The running thread timed out although another could move.
void count_time_out();
/// The running thread found what it wants taken and waits with a deadline (ns on `clock`). Both ways that may go
/// are explored: true: its time ran out; false: `acquisition`, the operation that takes what it wants, has
/// become possible and is to be performed now.
bool times_out(machine::Op acquisition, int clock, std::uint64_t deadline);

}  // namespace selvage::sync
