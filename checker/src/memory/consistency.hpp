// Which execution graphs a memory model allows.
//
// Every check is of an addition: the graph without the event `last` is known to be consistent, `last` is performed and
// depended on by nobody. To read the latest write, or to write behind all others, is always consistent in both models, so
// only other additions need to be checked.
#pragma once

#include "memory/execution_graph.hpp"

namespace selvage::memory {

enum class MemoryModel : std::uint8_t { sc, rc11 };

/// The lowest position in the modification order of `l` that an event of `thread`, whose clock is `now`, may read from
/// without a write or a read that happened before being newer: coherence. A write goes behind it.
std::uint32_t oldest_readable(const ExecutionGraph& graph, const Location& l, int thread,
                              const VectorClock& now);

/// sc: is po ∪ rf ∪ mo ∪ fr (and the order of operations on synchronisation objects) acyclic?
bool sequentially_consistent(const ExecutionGraph& graph, EventRef last);

/// rc11: Lahav, Vafeiadis, Kang, Hur, Dreyer, Repairing Sequential Consistency in C/C++11 (PLDI 2017), section 3.2, the
/// condition on seq_cst accesses and fences: psc acyclic. Coherence and atomicity are seen to when events are added, and
/// po ∪ rf is acyclic since events are added in such an order.
bool seq_cst_order_exists(const ExecutionGraph& graph);

/// Is the addition of `last` consistent, given that coherence and atomicity are?
bool allowed(const ExecutionGraph& graph, MemoryModel model, EventRef last);

}  // namespace selvage::memory
