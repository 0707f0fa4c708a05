// The objects loaded into the process, for turning addresses into names elsewhere.
#pragma once

#include <vector>

#include "report/record.hpp"
#include "search/schedule.hpp"

namespace selvage::machine {

std::vector<report::Module> loaded_modules();
/// The location relative to its module, which stays true when the module is loaded elsewhere.
search::VisibleLocation portable_location(std::uint64_t address, std::uint32_t size);
/// The inverse; 0 where no such module is loaded.
std::uint64_t address_of(const search::VisibleLocation& location);
/// Is `pc` in the C library, the loader or the unwinder, whose own locks are none of the program's?
bool in_system_library(std::uint64_t pc);
/// Is `pc` in libselvage itself?
bool in_runtime(std::uint64_t pc);
struct CodeRange {
  std::uint64_t low, high;
};
/// Where libselvage itself is mapped.
CodeRange runtime_code();
/// Has the unwinder do what it does once, so that it happens outside executions.
void prepare_unwinder();
/// The same of what the C and C++ libraries find out when it is first asked for: of characters, numbers and the time zone.
void prepare_libraries();

}  // namespace selvage::machine
