// Read-write locks. Readers commute with each other; neither side is preferred.
#pragma once

#include <cstdint>

namespace selvage::sync {

enum class Patience : std::uint8_t { forever, never, until };

/// 0, EBUSY, EDEADLK or ETIMEDOUT. `clock` and `deadline` (ns) count for Patience::until only.
int rwlock_lock(std::uint64_t lock, bool write, Patience patience, int clock, std::uint64_t deadline,
                std::uint64_t pc);
int rwlock_unlock(std::uint64_t lock, std::uint64_t pc);
void rwlock_init(std::uint64_t lock);
void rwlock_destroy(std::uint64_t lock);

}  // namespace selvage::sync
