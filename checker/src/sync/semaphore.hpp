// Counting semaphores (sem_t).
#pragma once

#include <cstdint>

#include "sync/rwlock.hpp"

namespace selvage::sync {

void semaphore_init(std::uint64_t semaphore, std::int64_t value);
/// 0, EAGAIN (Patience::never) or ETIMEDOUT.
int semaphore_wait(std::uint64_t semaphore, Patience patience, int clock, std::uint64_t deadline,
                   std::uint64_t pc);
void semaphore_post(std::uint64_t semaphore, std::uint64_t pc);
std::int64_t semaphore_value(std::uint64_t semaphore);
void semaphore_destroy(std::uint64_t semaphore);

}  // namespace selvage::sync
