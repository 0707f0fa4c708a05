// Accesses without a hook, as code has that is not instrumented: for what tests keep from one execution to the next, and for
// what no search can put back. (An attribute would not do: no_sanitize("thread") is not heeded, decision 142.)
#pragma once

#include <cstdint>

/// Adds one to `count` and returns what it is then.
std::uint64_t count_unseen(std::uint64_t* count);

void write_unseen(std::uint64_t* to, std::uint64_t value);
