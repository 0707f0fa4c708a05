// Which of the lines that the user named is a call site at?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "change.hpp"
#include "library_calls.hpp"
#include "record.hpp"
#include "symbols.hpp"

namespace selvage::report {

/// What is known of one return address.
struct CallSite {
  LibraryCalls library;
  bool user = false;            ///< some frame there is in the user's own code
  int weaken = -1;              ///< the last weakening whose line is that of the innermost such frame
  std::uint32_t drop_lock = 0;  ///< bit mask: the dropped locks whose line is that of any such frame
};

class SiteLookup {
 public:
  static constexpr std::size_t kMost = 32;  ///< of each kind of change

  /// Throws std::invalid_argument for texts that are none, and where there are too many.
  SiteLookup(const std::vector<Module>& modules, const std::vector<std::string>& weaken,
             const std::vector<std::string>& drop_lock);

  /// The first line that no code of the program comes from, as one sentence; empty where there is none.
  std::string refusal();
  CallSite at(std::uint64_t return_address);

 private:
  Symbols symbols_;
  std::vector<Weakening> weaken_;
  std::vector<LineOf> drop_lock_;
};

}  // namespace selvage::report
