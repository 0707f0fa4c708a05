// What the command's exit status says. Documented in --help, the README and docs/.
#pragma once

#include <stdexcept>

#include "selvage/selvage.hpp"

namespace selvage::cli {

inline constexpr int kProved = 0;     ///< every execution was explored, none was bad
inline constexpr int kViolation = 1;  ///< a violation was found
inline constexpr int kUndecided = 2;  ///< the search ended first: nothing was found, nothing is proved
inline constexpr int kRefused = 3;    ///< bad usage, unreadable file, unsupported program, internal error

/// A problem that ends the command with kRefused; what() is the one line that the user gets.
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline int exit_status(Verdict verdict) {
  switch (verdict) {
    case Verdict::proved:
      return kProved;
    case Verdict::exhausted:
      return kUndecided;
    case Verdict::unsupported:
      return kRefused;
    default:
      return kViolation;
  }
}

}  // namespace selvage::cli
