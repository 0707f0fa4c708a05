#include "sites.hpp"

#include <algorithm>
#include <tuple>

#include "change.hpp"
#include "library_calls.hpp"

namespace selvage::report {
namespace {

std::string what(EventKind kind) {
  switch (kind) {
    case EventKind::atomic_load:
      return "load";
    case EventKind::atomic_store:
      return "store";
    case EventKind::atomic_rmw:
      return "read-modify-write";
    case EventKind::atomic_cas:
      return "compare-exchange";
    case EventKind::fence:
      return "fence";
    case EventKind::lock:
      return "lock";
    case EventKind::trylock:
      return "try_lock";
    case EventKind::timedlock:
      return "timed lock";
    case EventKind::read_lock:
      return "shared lock";
    case EventKind::try_read_lock:
      return "shared try_lock";
    case EventKind::timed_read_lock:
      return "shared timed lock";
    case EventKind::write_lock:
      return "exclusive lock";
    case EventKind::try_write_lock:
      return "exclusive try_lock";
    case EventKind::timed_write_lock:
      return "exclusive timed lock";
    default:
      return "event";
  }
}

}  // namespace

std::vector<Site> sites(const std::vector<RawSite>& raw, Symbols& symbols) {
  std::vector<Site> all;
  for (const RawSite& from : raw) {
    Site& site = all.emplace_back();
    site.what = what(from.kind);
    const bool lock = from.order < 0;
    if (!lock) site.order = order_name(from.order);
    if (from.failure >= 0) site.failure = order_name(from.failure);
    bool found = false;
    for (const std::uint64_t call : from.stack) {
      const std::vector<Frame>& frames = symbols.frames(call - 1);
      const LibraryCalls library = library_calls(frames);
      const bool innermost = call == from.stack.front();
      site.library =
          site.library || (lock ? library.own_lock : library.own_atomic || (innermost && library.waiter));
      const auto user =
          std::find_if(frames.begin(), frames.end(), [](const Frame& frame) { return frame.user; });
      if (user == frames.end()) continue;
      site.where = user->where;
      found = true;
      break;
    }
    site.library = site.library || !found;
  }
  const auto key = [](const Site& s) {
    return std::tie(s.where.file, s.where.line, s.what, s.order, s.failure, s.where.function, s.library);
  };
  std::sort(all.begin(), all.end(), [&](const Site& a, const Site& b) { return key(a) < key(b); });
  all.erase(
      std::unique(all.begin(), all.end(), [&](const Site& a, const Site& b) { return key(a) == key(b); }),
      all.end());
  return all;
}

}  // namespace selvage::report
