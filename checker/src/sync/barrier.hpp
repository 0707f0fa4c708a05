// Barriers (pthread_barrier_t).
#pragma once

#include <cstdint>

namespace selvage::sync {

void barrier_init(std::uint64_t barrier, std::uint32_t count);
/// True for exactly one thread of each round.
bool barrier_wait(std::uint64_t barrier, std::uint64_t pc);
void barrier_destroy(std::uint64_t barrier);

}  // namespace selvage::sync
