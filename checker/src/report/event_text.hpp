// The words for one event of a trace, e.g. "read count = 0 (from #3)".
#pragma once

#include <functional>
#include <string>

#include "record.hpp"

namespace selvage::report {

/// The name of what lives at an address.
using Namer = std::function<std::string(std::uint64_t)>;

std::string event_text(const RawEvent& event, const Namer& name);

/// The low `size` bytes of `value` as a person would write them: a signed decimal number, or hexadecimal for
/// what looks like an address or has more than eight bytes.
std::string value_text(std::uint64_t value, std::uint32_t size);

}  // namespace selvage::report
