// Mutexes: normal, recursive, error-checking; with try and timed locking.
#pragma once

#include <cstdint>

namespace selvage::sync {

enum class MutexType : std::uint8_t { normal, recursive, errorcheck };

/// All return what their pthread namesakes return; contract violations end the execution as misuse.
int mutex_lock(std::uint64_t mutex, MutexType type, std::uint64_t pc);
int mutex_trylock(std::uint64_t mutex, MutexType type, std::uint64_t pc);
/// `deadline` in ns on `clock`.
int mutex_timedlock(std::uint64_t mutex, MutexType type, int clock, std::uint64_t deadline, std::uint64_t pc);
int mutex_unlock(std::uint64_t mutex, MutexType type, std::uint64_t pc);
void mutex_init(std::uint64_t mutex);
int mutex_destroy(std::uint64_t mutex, std::uint64_t pc);

}  // namespace selvage::sync
