// What an exploration changes in the program: orders weakened (--weaken), locks dropped (--drop-lock); and
// the list of the sites that could be changed (`selvage orders`).
#pragma once

#include <cstdint>

#include "machine/beyond_sc.hpp"
#include "machine/machine.hpp"
#include "report/change.hpp"
#include "report/record.hpp"

namespace selvage::machine {

using report::AtomicKind;

/// Before anything is explored, and before memory is protected. Throws std::invalid_argument.
void begin_changes(const Options& options);
/// Nothing is held by the locks that were dropped.
void new_execution_of_changes();
/// Which of the changes were met with nothing to change, as one sentence; empty where there is none.
std::string changes_not_met();
/// The sites that were met, where Options::list_sites asks for them.
std::vector<report::RawSite> sites_met();

int changed_order(AtomicKind kind, int order, std::uint64_t pc);
void changed_orders(int* success, int* failure, std::uint64_t pc);
bool drops_lock(EventKind kind, const volatile void* lock, std::uint64_t pc);
bool drops_unlock(EventKind kind, const volatile void* lock, std::uint64_t pc);
bool holds_dropped(std::uint64_t lock);

// What the doors ask. Call inside a Door.

/// The order that an access written with `order` is to have.
inline int order_at(AtomicKind kind, int order, std::uint64_t pc) {
  if (g.changing) order = changed_order(kind, order, pc);
  if (kind != AtomicKind::fence) accessed_with(order);  // a fence alone shows nothing
  return order;
}
inline void orders_at(int* success, int* failure, std::uint64_t pc) {
  if (g.changing) changed_orders(success, failure, pc);
  accessed_with(*success);
  accessed_with(*failure);
}
/// Is this locking dropped? The running thread then seems to hold the lock.
inline bool lock_dropped(EventKind kind, const volatile void* lock, std::uint64_t pc) {
  return g.changing && drops_lock(kind, lock, pc);
}
/// Is this the unlocking of a lock whose locking was dropped?
inline bool unlock_dropped(EventKind kind, const volatile void* lock, std::uint64_t pc) {
  return g.changing && drops_unlock(kind, lock, pc);
}
/// Does the running thread only seem to hold this lock?
inline bool only_seems_held(std::uint64_t lock) { return g.changing && holds_dropped(lock); }

}  // namespace selvage::machine
