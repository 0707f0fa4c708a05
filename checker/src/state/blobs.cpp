#include "state/blobs.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace selvage::state {

namespace {
constexpr std::size_t kPage = 1 << 20;
}

BlobId Blobs::intern(const void* bytes, std::size_t size) {
  if ((blobs_.size() + 1) * 2 > table_.size()) grow();
  const auto hash = static_cast<std::uint32_t>(XXH3_64bits(bytes, size));
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hash & mask;
  for (; table_[at] != 0; at = (at + 1) & mask) {
    const BlobId known = table_[at] - 1;
    if (blobs_[known].hash == hash && equal(known, bytes, size)) return known;
  }
  unsigned char* copy = room(size);
  std::memcpy(copy, bytes, size);
  const auto id = static_cast<BlobId>(blobs_.size());
  blobs_.push_back({copy, static_cast<std::uint32_t>(size), hash});
  table_[at] = id + 1;
  return id;
}

void Blobs::grow() {
  std::vector<BlobId> table(table_.empty() ? 1024 : table_.size() * 2);
  const std::size_t mask = table.size() - 1;
  for (BlobId id = 0; id < blobs_.size(); ++id) {
    std::size_t at = blobs_[id].hash & mask;
    while (table[at] != 0) at = (at + 1) & mask;
    table[at] = id + 1;
  }
  table_ = std::move(table);
}

unsigned char* Blobs::room(std::size_t size) {
  const std::size_t wanted = (size + 7) & ~std::size_t{7};
  if (wanted > left_) {
    const std::size_t bytes = wanted > kPage ? wanted : kPage;
    next_ = new unsigned char[bytes];
    pages_.push_back(next_);
    page_bytes_ += bytes;
    left_ = bytes;
  }
  unsigned char* at = next_;
  next_ += wanted;
  left_ -= wanted;
  return at;
}

std::uint64_t Blobs::memory() const {
  return page_bytes_ + blobs_.capacity() * sizeof(Blob) + table_.capacity() * sizeof(BlobId);
}

void Blobs::clear() {
  for (unsigned char* page : pages_) delete[] page;
  *this = Blobs();
}

}  // namespace selvage::state
