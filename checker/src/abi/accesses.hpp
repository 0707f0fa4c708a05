// What a function of the C library reads and writes on the caller's behalf: accesses by the program, like those of its own
// code. Nobody else would notice them, since the library is not instrumented.
#pragma once

#include <wchar.h>

#include <cstddef>
#include <cstdint>

#include "abi/real.hpp"
#include "machine/access.hpp"
#include "machine/machine.hpp"

namespace selvage::abi {

/// The accesses of a call that returns to `pc`. To be told before the call: each may be a scheduling point.
class Accesses {
 public:
  explicit Accesses(std::uint64_t pc) : pc_(pc) {}

  void reads(const volatile void* p, std::size_t bytes) const { tell(p, bytes, race::kRead); }
  void writes(const volatile void* p, std::size_t bytes) const { tell(p, bytes, race::kWrite); }
  /// The whole text, and what ends it.
  void reads_text(const char* s) const { reads(s, length(s) + 1); }
  void reads_text(const wchar_t* s) const { reads(s, (length(s) + 1) * sizeof *s); }
  /// A text of at most `most` characters, which need not end before that.
  template <typename C>
  void reads_text(const C* s, std::size_t most) const {
    reads(s, within(s, most) * sizeof *s);
  }

  template <typename C>
  static std::size_t length(const C* s) {
    std::size_t n = 0;
    while (s[n] != 0) ++n;
    return n;
  }
  /// How much of the text, with what ends it, is in its first `most` characters.
  template <typename C>
  static std::size_t within(const C* s, std::size_t most) {
    std::size_t n = 0;
    while (n < most && s[n++] != 0) {
    }
    return n;
  }

 private:
  void tell(const volatile void* p, std::size_t bytes, std::uint8_t flags) const {
    machine::range(reinterpret_cast<std::uint64_t>(p), bytes, flags, pc_);
  }
  std::uint64_t pc_;
};

}  // namespace selvage::abi

// A door under another name in C++: for some of these functions the headers have overloads, or the compiler has ideas of its
// own. SELVAGE_BEHIND(f) is the function that the program would have called.
#define SELVAGE_DOOR(RESULT, NAME, PARAMETERS)                                                        \
  extern "C" __attribute__((visibility("default"))) RESULT selvage_door_##NAME PARAMETERS asm(#NAME); \
  extern "C" RESULT selvage_door_##NAME PARAMETERS
#define SELVAGE_BEHIND(NAME)                                                                          \
  ([]() {                                                                                             \
    static decltype(&selvage_door_##NAME) real = nullptr;                                             \
    if (real == nullptr) {                                                                            \
      real = ::selvage::abi::find_real<std::remove_pointer_t<decltype(&selvage_door_##NAME)>>(#NAME); \
    }                                                                                                 \
    return real;                                                                                      \
  }())
/// A door that tells of accesses and goes through: in ACCESSES, `access` is the call's Accesses.
#define SELVAGE_TELLS(RESULT, NAME, PARAMETERS, ARGUMENTS, ACCESSES) \
  SELVAGE_DOOR(RESULT, NAME, PARAMETERS) {                           \
    if (::selvage::machine::g.in_program) {                          \
      const ::selvage::abi::Accesses access(SELVAGE_CALLER);         \
      ACCESSES;                                                      \
    }                                                                \
    return SELVAGE_BEHIND(NAME) ARGUMENTS;                           \
  }
