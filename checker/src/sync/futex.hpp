// Futexes: what libstdc++'s atomic waiting and futures are made of.
#pragma once

#include <cstdint>

namespace selvage::sync {

/// 0 (woken), EAGAIN (*word != expected) or ETIMEDOUT.
int futex_wait(std::uint64_t word, std::uint32_t expected, bool timed, int clock, std::uint64_t deadline,
               std::uint64_t pc);
/// How many were woken of the threads `among`, a bit mask.
int futex_wake(std::uint64_t word, int most, std::uint64_t among, std::uint64_t pc);

}  // namespace selvage::sync
