// Things that happen once: pthread_once and the guards of function-local statics.
#pragma once

#include <cstdint>

namespace selvage::sync {

/// True where the running thread is to run the routine and then call once_done (or once_failed).
bool once_begin(std::uint64_t control, std::uint64_t pc);
void once_done(std::uint64_t control);
void once_failed(std::uint64_t control);

/// The same for the guard variable of a function-local static, whose first byte says "initialised".
bool guard_acquire(std::uint64_t guard, std::uint64_t pc);
void guard_release(std::uint64_t guard, std::uint64_t pc);
void guard_abort(std::uint64_t guard);

}  // namespace selvage::sync
