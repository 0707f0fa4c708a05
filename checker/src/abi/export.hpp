// How a symbol that the compiled program calls is declared. Doors have C linkage and default visibility;
// everything else in libselvage is hidden.
#pragma once

#define SELVAGE_EXPORT extern "C" __attribute__((visibility("default")))
/// Where the program made the call (a return address).
#define SELVAGE_CALLER reinterpret_cast<std::uint64_t>(__builtin_return_address(0))
