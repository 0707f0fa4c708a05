#include "places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "text.hpp"

namespace selvage::report {
namespace {

std::string plus(std::uint64_t offset) { return offset == 0 ? "" : fmt::format(" +{}", offset); }

}  // namespace

std::string Places::name(std::uint64_t address, std::size_t event) {
  if (const auto known = lasting_.find(address); known != lasting_.end()) return known->second;
  const RawRegion* region = region_of(address);
  if (region == nullptr || region->kind != RawRegion::Kind::stack) {
    return lasting_.emplace(address, lasting_name(address, region)).first->second;
  }
  std::string variable = local(*region, address, event);
  return variable.empty() ? fmt::format("stack of T{} -{}", region->thread, region->high - address)
                          : variable;
}

std::string Places::filled_in(const std::string& message, std::size_t event) {
  std::string text;
  std::size_t done = 0;
  for (std::size_t open; (open = message.find("{0x", done)) != std::string::npos;) {
    const char* const begin = message.data() + open + 3;
    const char* const end = message.data() + message.size();
    std::uint64_t address = 0;
    const auto [stop, error] = std::from_chars(begin, end, address, 16);
    const bool closed = error == std::errc() && stop != end && *stop == '}';
    text.append(message, done, open - done).append(closed ? name(address, event) : "{0x");
    done = closed ? static_cast<std::size_t>(stop - message.data()) + 1 : open + 3;
  }
  return text.append(message, done);
}

const RawRegion* Places::region_of(std::uint64_t address) const {
  const auto holds = [address](const RawRegion& region) {
    return address >= region.low && address < region.high;
  };
  const auto found = std::find_if(violation_.regions.begin(), violation_.regions.end(), holds);
  return found == violation_.regions.end() ? nullptr : &*found;
}

std::string Places::lasting_name(std::uint64_t address, const RawRegion* region) {
  if (std::string variable = symbols_.variable(address); !variable.empty()) return variable;
  if (region == nullptr) return fmt::format("{:#x}", address);
  const std::uint64_t offset = address - region->low;
  if (region->kind == RawRegion::Kind::tls) {
    const std::string variable = symbols_.thread_local_variable(offset);
    return variable.empty() ? fmt::format("thread-local data of T{}{}", region->thread, plus(offset))
                            : fmt::format("{} of T{}", variable, region->thread);
  }
  if (region->kind == RawRegion::Kind::shared) {
    const std::string whose =
        region->thread < 0 ? "a shared memory object" : fmt::format("shared memory from T{}", region->thread);
    return whose + plus(offset);
  }
  const std::vector<SourceLocation> stack = symbols_.stack(region->stack);
  const std::string place =
      stack.empty() || stack.front().file.empty() ? "" : " at " + short_place(stack.front());
  return fmt::format("heap block of {} bytes from T{}{}{}", region->high - region->low, region->thread, place,
                     plus(offset));
}

// Only events of the stack's own thread tell which frames are on it. The nearest one before is the best
// witness: its thread has not moved on since, or nobody could tell. A variable that lives shows in nearly
// every event.
std::string Places::local(const RawRegion& region, std::uint64_t address, std::size_t event) {
  constexpr std::size_t kFar = 100;  // events of the thread; traces can have millions
  const std::vector<std::size_t>& own = events_of(region.thread);
  const auto next = static_cast<std::size_t>(std::upper_bound(own.begin(), own.end(), event) - own.begin());
  const auto [known, added] = local_.try_emplace({address, next});
  if (!added) return known->second;
  std::string variable;
  for (std::size_t i = next; variable.empty() && i > 0 && next - i < kFar; --i) {
    variable = local_at(violation_.trace[own[i - 1]], address);
  }
  for (std::size_t i = next; variable.empty() && i < own.size() && i - next < kFar; ++i) {
    variable = local_at(violation_.trace[own[i]], address);
  }
  return known->second = variable;
}

const std::vector<std::size_t>& Places::events_of(int thread) {
  if (events_.empty()) {
    for (std::size_t i = 0; i < violation_.trace.size(); ++i)
      events_[violation_.trace[i].thread].push_back(i);
  }
  return events_[thread];
}

// The variable belongs to the innermost frame that begins above it.
std::string Places::local_at(const RawEvent& event, std::uint64_t address) {
  for (std::size_t i = 0; i < event.frames.size() && i < event.stack.size(); ++i) {
    if (event.frames[i] > address) return symbols_.local_variable(event.stack[i], event.frames[i], address);
  }
  return {};
}

}  // namespace selvage::report
