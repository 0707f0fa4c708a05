#include "site_lookup.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace selvage::report {

// The directory that paths are relative to: one that nothing lies in, so that they stay absolute.
SiteLookup::SiteLookup(const std::vector<Module>& modules, const std::vector<std::string>& weaken,
                       const std::vector<std::string>& drop_lock)
    : symbols_(modules, "/dev/null") {
  if (weaken.size() > kMost || drop_lock.size() > kMost) {
    throw std::invalid_argument(
        fmt::format("at most {} orders and {} locks can be changed at once", kMost, kMost));
  }
  for (const std::string& text : weaken) weaken_.push_back(weakening_from_text(text));
  for (const std::string& text : drop_lock) drop_lock_.push_back(line_from_text(text));
}

std::string SiteLookup::refusal() {
  const auto refused = [&](const LineOf& where, const char* option) {
    if (symbols_.has_code_at([&](const std::string& file) { return means(where, file); }, where.line)) {
      return std::string();
    }
    const bool file_known =
        symbols_.has_code_at([&](const std::string& file) { return means(where, file); }, 0);
    return fmt::format("{} {}: {}", option, to_text(where),
                       file_known
                           ? "the debug information knows of no code at this line"
                           : "the debug information knows no such file (is the program compiled with -g?)");
  };
  for (const Weakening& weakening : weaken_) {
    if (std::string why = refused(weakening.where, "--weaken"); !why.empty()) return why;
  }
  for (const LineOf& where : drop_lock_) {
    if (std::string why = refused(where, "--drop-lock"); !why.empty()) return why;
  }
  return {};
}

CallSite SiteLookup::at(std::uint64_t return_address) {
  CallSite site;
  const std::vector<Frame>& frames = symbols_.frames(return_address - 1);
  site.library = library_calls(frames);
  for (const Frame& frame : frames) {
    if (!frame.user) continue;
    const auto here = [&](const LineOf& where) {
      return where.line == frame.where.line && means(where, frame.where.file);
    };
    for (std::size_t i = 0; i < drop_lock_.size(); ++i) {
      if (here(drop_lock_[i])) site.drop_lock |= 1U << i;
    }
    if (site.user) continue;  // of orders, the innermost frame decides
    site.user = true;
    for (std::size_t i = 0; i < weaken_.size(); ++i) {
      if (here(weaken_[i].where)) site.weaken = static_cast<int>(i);
    }
  }
  return site;
}

}  // namespace selvage::report
