#include "library_calls.hpp"

#include <string>
#include <string_view>

#include "demangle.hpp"

namespace selvage::report {
namespace {

bool has(std::string_view name, std::string_view part) { return name.find(part) != std::string_view::npos; }

// How std::atomic::wait comes to look at the value, and how it sleeps.
bool waits(std::string_view name) { return has(name, "__waiter") || has(name, "__platform_wait"); }

bool does_atomic(std::string_view name) { return has(name, "atomic") || has(name, "operator"); }

bool does_lock(std::string_view name) {
  const bool other = has(name, "condition_variable") || has(name, "shared_ptr") || has(name, "_State") ||
                     has(name, "memory_resource");
  return (has(name, "lock") || has(name, "mutex")) && !other;
}

}  // namespace

LibraryCalls library_calls(const std::vector<Frame>& frames) {
  LibraryCalls calls;
  for (const Frame& frame : frames) {
    if (frame.user) break;
    const std::string function = short_function(frame.where.function);
    const std::string_view name = std::string_view(function).substr(0, function.find('<'));
    calls.own_atomic = calls.own_atomic || !(does_atomic(name) || waits(name));
    calls.own_lock = calls.own_lock || !does_lock(name);
    calls.waiter = calls.waiter || (&frame == &frames.front() && waits(name));
  }
  return calls;
}

}  // namespace selvage::report
