// The functions behind the doors: what the program would have called without Selvage.
#pragma once

#include <dlfcn.h>

#include <type_traits>

#include "machine/fatal.hpp"

namespace selvage::abi {

/// The next definition of `name` after libselvage's, looked up once for each `Tag`.
template <typename F>
F* find_real(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) machine::fatal(name);
  return reinterpret_cast<F*>(found);
}

}  // namespace selvage::abi

/// `SELVAGE_REAL(f)(arguments)` calls the real f. A macro, since it needs the name as text and as type.
#define SELVAGE_REAL(NAME)                                                             \
  ([]() -> decltype(&NAME) {                                                           \
    static decltype(&NAME) real = nullptr;                                             \
    if (real == nullptr) {                                                             \
      real = ::selvage::abi::find_real<std::remove_pointer_t<decltype(&NAME)>>(#NAME); \
    }                                                                                  \
    return real;                                                                       \
  }())
