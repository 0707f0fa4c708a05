// Atomic accesses under sequential consistency: every read sees the latest write. What differs with the
// memory order is only happens-before (C++20: [intro.races], release sequences continued by RMWs only).
#pragma once

#include <cstdint>

#include "machine/access.hpp"
#include "machine/machine.hpp"
#include "memory/orders.hpp"
#include "memory/weak_access.hpp"
#include "sync/happens_before.hpp"

namespace selvage::memory {

// What an access does to happens-before. A read-modify-write has read before it is an access, and hands on after that: so
// what it reads from came before it.
void note_read(sync::Object* o, int order);
void note_store(sync::Object* o, int order);
void note_written_by_rmw(sync::Object* o, int order);
void fence(int order, std::uint64_t pc);
/// Announces an atomic access and returns its location once it may be performed. `failure`: a compare-and-swap's other order.
sync::Object* announce(machine::EventKind kind, const volatile void* address, std::uint32_t size, int order,
                       std::uint64_t pc, int failure = -1);
/// Tells a recorded execution the values.
void tell(bool has_read, std::uint64_t read, bool has_write, std::uint64_t written);

template <typename T>
T load(const volatile T* address, int order, std::uint64_t pc) {
  if (machine::g.weak != nullptr) {
    return from_value<T>(
        weak_access(machine::EventKind::atomic_load, Access::read, address, sizeof(T), order, -1, pc, {})
            .read);
  }
  sync::Object* o = announce(machine::EventKind::atomic_load, address, sizeof(T), order, pc);
  const T value = *address;
  note_read(o, order);
  machine::atomic_access(o->address, sizeof(T), race::kRead, pc);
  if (machine::g.recording) tell(true, static_cast<std::uint64_t>(value), false, 0);
  return value;
}

template <typename T>
void store(volatile T* address, T value, int order, std::uint64_t pc) {
  if (machine::g.weak != nullptr) {
    weak_access(
        machine::EventKind::atomic_store, Access::write, address, sizeof(T), order, -1, pc,
        [&value](const Value&) { return to_value(value); });  // (by reference: 16 bytes would be on the heap)
    return;
  }
  sync::Object* o = announce(machine::EventKind::atomic_store, address, sizeof(T), order, pc);
  machine::atomic_access(o->address, sizeof(T), race::kWrite, pc);
  if (*address != value) machine::changed();
  *address = value;
  note_store(o, order);
  if (machine::g.recording) tell(false, 0, true, static_cast<std::uint64_t>(value));
}

/// Replaces the value by change(value); returns the old one.
template <typename T, typename Function>
T update(volatile T* address, Function change, int order, std::uint64_t pc) {
  if (machine::g.weak != nullptr) {
    const auto result =
        weak_access(machine::EventKind::atomic_rmw, Access::update, address, sizeof(T), order, -1, pc,
                    [&](const Value& old) { return to_value(static_cast<T>(change(from_value<T>(old)))); });
    return from_value<T>(result.read);
  }
  sync::Object* o = announce(machine::EventKind::atomic_rmw, address, sizeof(T), order, pc);
  note_read(o, order);
  machine::atomic_access(o->address, sizeof(T), race::kWrite, pc);
  const T before = *address;
  const T after = change(before);
  if (before != after) machine::changed();
  *address = after;
  note_written_by_rmw(o, order);
  if (machine::g.recording) {
    tell(true, static_cast<std::uint64_t>(before), true, static_cast<std::uint64_t>(after));
  }
  return before;
}

/// compare_exchange (strong; a weak one fails spuriously nowhere). *expected gets the value seen on failure.
template <typename T>
bool compare_exchange(volatile T* address, T* expected, T desired, int success, int failure,
                      std::uint64_t pc) {
  if (machine::g.weak != nullptr) {
    const T wanted = *expected;
    const auto result = weak_access(machine::EventKind::atomic_cas, Access::update, address, sizeof(T),
                                    success, failure, pc, [&](const Value& old) -> std::optional<Value> {
                                      if (from_value<T>(old) != wanted) return std::nullopt;
                                      return to_value(desired);
                                    });
    if (!result.wrote) {
      *expected = from_value<T>(result.read);
      // Not seen by the hooks for plain writes, nor where a thread's own state is looked at.
      if (!machine::on_own_stack(machine::self(), reinterpret_cast<std::uint64_t>(expected)))
        ++machine::self().own_writes;
    }
    return result.wrote;
  }
  sync::Object* o = announce(machine::EventKind::atomic_cas, address, sizeof(T), success, pc, failure);
  const T seen = *address;
  if (seen == *expected) {
    note_read(o, success);
    machine::atomic_access(o->address, sizeof(T), race::kWrite, pc);
    if (seen != desired) machine::changed();
    *address = desired;
    note_written_by_rmw(o, success);
    if (machine::g.recording) {
      tell(true, static_cast<std::uint64_t>(seen), true, static_cast<std::uint64_t>(desired));
    }
    return true;
  }
  note_read(o, failure);
  machine::atomic_access(o->address, sizeof(T), race::kRead, pc);
  *expected = seen;
  if (machine::g.recording) tell(true, static_cast<std::uint64_t>(seen), false, 0);
  return false;
}

}  // namespace selvage::memory
