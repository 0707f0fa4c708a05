#include "state/frontier.hpp"

#include <immintrin.h>

#include <algorithm>
#include <vector>

namespace selvage::state {

namespace {

constexpr std::uint64_t kBusy = 0xffffffff;  // somebody is writing what the slot will stand for

}  // namespace

void Frontier::open() {
  constexpr std::size_t kMostNodes = std::size_t{1} << 30, kMostPieces = std::size_t{1} << 35;
  common_room_.reserve(1, Sharing::shared);
  common_ = common_room_.data();
  for (auto& nodes : nodes_) nodes.reserve(kMostNodes, Sharing::shared);
  for (auto& pieces : pieces_) pieces.reserve(kMostPieces, Sharing::shared);
  table_.reserve(4 * kMostNodes, Sharing::shared);
  common_->level = 0;
  common_->size = 0;
  common_->turn = 0;
  begin_next(1024);
}

/// `turn` marks the slots, so that the table need not be wiped for each level.
void Frontier::begin_next(std::uint64_t room) {
  if (++common_->turn == 0) {
    table_.wipe();
    common_->turn = 1;
  }
  common_->next_size.store(0);
  common_->next_pieces.store(0);
  std::uint64_t slots = 4096;
  while (slots < 2 * room) slots *= 2;
  if (slots > table_.capacity()) no_room();
  common_->slots = slots;
}

bool Frontier::is_known(std::uint32_t number, const Hash128& hash, std::uint32_t origin) const {
  Node& node = nodes_[1 - (common_->level & 1)][number];
  if (!(node.hash == hash)) return false;
  std::uint32_t now = node.origin.load(std::memory_order_relaxed);
  while (origin < now && !node.origin.compare_exchange_weak(now, origin, std::memory_order_relaxed)) {
  }
  return true;
}

bool Frontier::add(const Hash128& hash, std::span<const BlobId> pieces, std::uint64_t enabled,
                   std::uint32_t origin) {
  if (common_ == nullptr) [[unlikely]]
    open();
  const std::uint64_t turn = common_->turn;
  if (turn != turn_) {
    turn_ = common_->turn;
    next_piece_ = end_piece_ = 0;
    recent_count_ = 0;
  }
  // Two ways to one state mostly come soon after each other.
  for (int i = 0; i < recent_count_; ++i) {
    if (is_known(recent_[i], hash, origin)) return true;
  }
  const std::uint64_t mask = common_->slots - 1;
  std::uint64_t tries = 0;
  for (std::uint64_t at = hash.low & mask;; at = (at + 1) & mask) {
    std::uint64_t slot = table_[at].load(std::memory_order_acquire);
    while (slot >> 32 != turn) {
      if (!table_[at].compare_exchange_weak(slot, turn << 32 | kBusy, std::memory_order_acq_rel)) continue;
      const std::uint32_t number = common_->next_size.fetch_add(1, std::memory_order_relaxed);
      const std::uint32_t next = 1 - (common_->level & 1);
      if (end_piece_ - next_piece_ < pieces.size()) {
        const std::uint64_t block = std::max<std::uint64_t>(4096, pieces.size());
        next_piece_ = common_->next_pieces.fetch_add(block, std::memory_order_relaxed);
        end_piece_ = next_piece_ + block;
      }
      if (number >= nodes_[0].capacity() || end_piece_ > pieces_[0].capacity()) no_room();
      std::copy(pieces.begin(), pieces.end(), pieces_[next].data() + next_piece_);
      Node& node = nodes_[next][number];
      node.hash = hash;
      node.enabled = enabled;
      node.at = next_piece_;
      node.count = static_cast<std::uint32_t>(pieces.size());
      node.origin.store(origin, std::memory_order_relaxed);
      next_piece_ += pieces.size();
      table_[at].store(turn << 32 | (number + 1), std::memory_order_release);
      recent_[1] = recent_[0];
      recent_[0] = number;
      recent_count_ = std::min(recent_count_ + 1, kRecent);
      return true;
    }
    while ((slot & kBusy) == kBusy) {
      _mm_pause();
      slot = table_[at].load(std::memory_order_acquire);
    }
    if (is_known(static_cast<std::uint32_t>(slot & kBusy) - 1, hash, origin)) return true;
    constexpr std::uint64_t kFar = 4096;  // never so far, unless the table is all but full
    if (++tries > kFar) return false;
  }
}

void Frontier::number_origins() const {
  for (std::uint32_t i = 0; i < size(); ++i)
    nodes_[common_->level & 1][i].origin.store(i, std::memory_order_relaxed);
}

void Frontier::advance(std::uint64_t room) {
  if (common_ == nullptr) open();
  ++common_->level;
  common_->size = next_size();
  common_->pieces = common_->next_pieces.load();
  begin_next(room);
}

void Frontier::again(std::uint64_t room) { begin_next(room); }

std::uint64_t Frontier::memory() const {
  if (common_ == nullptr) return 0;
  const std::uint64_t nodes = common_->size + std::uint64_t{next_size()};
  return nodes * sizeof(Node) + (common_->pieces + common_->next_pieces.load()) * sizeof(BlobId) +
         common_->slots * sizeof(Slot);
}

void Frontier::save(Sink& to) const {
  to.value(size());
  for (std::uint32_t i = 0; i < size(); ++i) {
    const Node& node = (*this)[i];
    to.value(node.hash);
    to.value(node.enabled);
    to.value(node.origin.load(std::memory_order_relaxed));
    to.value(node.count);
    to.write(pieces(node).data(), node.count * sizeof(BlobId));
  }
}

bool Frontier::load(Source& from) {
  if (common_ == nullptr) open();
  const auto count = from.value<std::uint32_t>();
  again(std::uint64_t{count} * 2 + 1024);
  std::vector<BlobId> pieces;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto hash = from.value<Hash128>();
    const auto enabled = from.value<std::uint64_t>();
    const auto origin = from.value<std::uint32_t>();
    pieces.resize(from.value<std::uint32_t>());
    from.read(pieces.data(), pieces.size() * sizeof(BlobId));
    if (!add(hash, pieces, enabled, origin)) return false;
  }
  return next_size() == count;
}

void Frontier::clear() {
  common_room_.release();
  for (auto& nodes : nodes_) nodes.release();
  for (auto& pieces : pieces_) pieces.release();
  table_.release();
  common_ = nullptr;
  next_piece_ = end_piece_ = 0;
  turn_ = 0;
  recent_count_ = 0;
}

}  // namespace selvage::state
