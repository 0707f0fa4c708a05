// Names for the data addresses of one violation.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "record.hpp"
#include "symbols.hpp"

namespace selvage::report {

/// Keeps references to what it is made from.
class Places {
 public:
  Places(const RawViolation& violation, Symbols& symbols) : violation_(violation), symbols_(symbols) {}

  /// "count", "heap block of 16 bytes from T1 at counter.cpp:12 +8", "0x1234" where nothing is known. A
  /// place on a stack is one variable after another: `event` (an index into the trace) says when.
  std::string name(std::uint64_t address, std::size_t event);

  /// `message` with every {0xADDR} replaced by the name at the time of `event`.
  std::string filled_in(const std::string& message, std::size_t event);

 private:
  const RawRegion* region_of(std::uint64_t address) const;
  std::string lasting_name(std::uint64_t address, const RawRegion* region);
  std::string local(const RawRegion& region, std::uint64_t address, std::size_t event);
  /// The indices in the trace of the events of `thread`, in order.
  const std::vector<std::size_t>& events_of(int thread);
  std::string local_at(const RawEvent& event, std::uint64_t address);

  const RawViolation& violation_;
  Symbols& symbols_;
  std::map<std::uint64_t, std::string> lasting_;  // names of what is on no stack
  // Names of what is on a stack: by address and how many events of the stack's thread came before.
  std::map<std::pair<std::uint64_t, std::size_t>, std::string> local_;
  std::map<int, std::vector<std::size_t>> events_;
};

}  // namespace selvage::report
