// Condition variables.
#pragma once

#include <cstdint>

#include "sync/mutex.hpp"

namespace selvage::sync {

/// `timed`: until `deadline` (ns on `clock`). 0 or ETIMEDOUT.
int cond_wait(std::uint64_t cond, std::uint64_t mutex, MutexType type, bool timed, int clock,
              std::uint64_t deadline, std::uint64_t pc);
void cond_signal(std::uint64_t cond, bool all, std::uint64_t pc);
void cond_init(std::uint64_t cond);
void cond_destroy(std::uint64_t cond);

}  // namespace selvage::sync
