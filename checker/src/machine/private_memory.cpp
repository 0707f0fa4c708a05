#include "machine/private_memory.hpp"

#include <cstring>

#include "machine/fatal.hpp"
#include "machine/machine.hpp"

namespace selvage::machine {

namespace {

constexpr std::size_t kPage = 4096;

/// Not the rep movs that compilers make of a copy whose size they know: it is three times as slow for a page.
void copy(void* to, const void* from, std::size_t size) {
  asm("" : "+r"(size));
  std::memcpy(to, from, size);
}

/// A page but what belongs to the loader: addresses bound by one process stay bound for all.
void put(const Segments::Page& page, const unsigned char* from) {
  auto* to = reinterpret_cast<unsigned char*>(page.address);
  if (page.bound_low != 0) copy(to, from, page.bound_low);
  copy(to + page.bound_high, from + page.bound_high, kPage - page.bound_high);
}

}  // namespace

void PrivateMemory::keep(const std::vector<Range>& ranges) {
  const auto& pages = g.segments.written();
  const auto& foreign = g.foreign.saved();
  pages_ = pages.size();
  granules_ = foreign.size();
  ranges_ = ranges;
  std::size_t size = pages_ * kPage + granules_ * sizeof(std::uint64_t);
  for (const Range& r : ranges_) size += r.high - r.low;
  if (bytes_.size() < size) bytes_.resize(size);
  unsigned char* to = bytes_.data();
  for (const auto& page : pages) {
    copy(to, reinterpret_cast<const void*>(page.address), kPage);
    to += kPage;
  }
  for (const auto& saved : foreign) {
    copy(to, reinterpret_cast<const void*>(saved.granule), sizeof(std::uint64_t));
    to += sizeof(std::uint64_t);
  }
  for (const Range& r : ranges_) {
    copy(to, reinterpret_cast<const void*>(r.low), r.high - r.low);
    to += r.high - r.low;
  }
  kept_ = true;
}

void PrivateMemory::bring_back() const {
  if (!kept_) fatal("a process runs whose memory was not kept");
  const auto& pages = g.segments.written();
  const auto& foreign = g.foreign.saved();
  const unsigned char* from = bytes_.data();
  for (std::size_t i = 0; i < pages.size(); ++i) {
    // What was written for the first time meanwhile is as it was at first.
    put(pages[i], i < pages_ ? from : pages[i].saved);
    if (i < pages_) from += kPage;
  }
  for (std::size_t i = 0; i < foreign.size(); ++i) {
    copy(reinterpret_cast<void*>(foreign[i].granule),
         i < granules_ ? from : reinterpret_cast<const unsigned char*>(&foreign[i].value),
         sizeof(std::uint64_t));
    if (i < granules_) from += sizeof(std::uint64_t);
  }
  for (const Range& r : ranges_) {
    copy(reinterpret_cast<void*>(r.low), from, r.high - r.low);
    from += r.high - r.low;
  }
}

}  // namespace selvage::machine
