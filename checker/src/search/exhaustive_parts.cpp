// How the depth-first search is divided: among parts that several processes can search at the same time.
//
// A part is a stretch of the choices that lead to an execution: all of the search that is left at these choices, with those
// before them as they are. After the first executions the choices of the latest become parts, of which the
// first lead to the largest subtrees; then these are taken in turn, and after one execution of each what is left of it becomes
// parts again, until there are enough.
//
// Parts must not learn from one another. What a branch learns from those before it is which of them closed a round
// (went_round(), Node::round). That is of consecutive choices of one thread, so such choices stay in one part.
#include <algorithm>
#include <bit>

#include "search/exhaustive.hpp"

namespace selvage::search {

namespace {

constexpr std::uint64_t bit(int thread) { return std::uint64_t{1} << thread; }

constexpr std::size_t kMostNodes = 1 << 20;  // of all parts together, some 50 MB
constexpr std::size_t kMostOfOne = 64;       // parts that one execution is divided into

}  // namespace

/// The first of the choices that must be in one part with choice `last`: what is left there may show that they closed a
/// round.
std::size_t Exhaustive::first_of_round(std::size_t last) const {
  std::size_t first = last;
  int thread = -1;
  for (std::size_t i = last; i-- > base_;) {
    const Node& node = nodes_[i];
    if (node.alternatives != 0) continue;
    if (thread < 0) {
      thread = node.chosen;
      if (!leads_on(nodes_[last], left(nodes_[last]) & bit(thread))) break;
    }
    if (node.chosen != thread) break;
    if (left(node) != 0) first = i;
  }
  return first;
}

/// What is left of the search at these choices becomes parts.
void Exhaustive::set_apart() {
  std::vector<std::size_t> begins;  // of the parts, the deepest first
  std::size_t begin = nodes_.size();
  for (std::size_t i = nodes_.size(); i-- > base_;) {
    begin = std::min(begin, first_of_round(i));
    if (i > begin) continue;
    if (leads_on(nodes_[i], left(nodes_[i]))) begins.push_back(i);
    begin = i;
  }
  // The first ones; the last of these has all the others.
  const std::size_t parts = std::min(begins.size(), kMostOfOne);
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t from = begins[begins.size() - 1 - i];
    std::size_t to = i + 1 < parts ? begins[begins.size() - 2 - i] : nodes_.size();
    if (stored_ + to > kMostNodes) {
      to = nodes_.size();
      wanted_ = 0;
    }
    Part part{{nodes_.begin(), nodes_.begin() + static_cast<std::ptrdiff_t>(to)}, from};
    if (advance(&part.nodes, from)) {
      stored_ += part.nodes.size();
      pending_ += left_of(part.nodes, from);
      parts_.push_back(std::move(part));
    }
    if (to == nodes_.size()) break;
  }
}

bool Exhaustive::take_next() {
  if (part_ == parts_.size()) {
    nodes_.clear();
    base_ = 0;
    return false;
  }
  Part& part = parts_[part_++];
  pending_ -= left_of(part.nodes, part.base);
  stored_ -= part.nodes.size();
  nodes_ = std::move(part.nodes);
  base_ = part.base;
  return true;
}

bool Exhaustive::next() {
  choices_ += depth_;
  if (parts_.empty() && choices_ >= divide_after_) splitting_ = true;
  if (!splitting_) return advance(&nodes_, base_) || take_next();
  set_apart();
  nodes_.clear();
  base_ = 0;
  if (parts_.size() - part_ >= wanted_) {
    splitting_ = false;
    was_split_ = part_ != parts_.size();
  }
  return take_next();
}

bool Exhaustive::was_split() {
  const bool was = was_split_;
  was_split_ = false;
  if (was) {
    parts_.erase(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(part_ - 1));
    parts_[0] = {nodes_, base_};  // what has been taken is put back, so that all are alike
    part_ = 1;
  }
  return was;
}

void Exhaustive::only_part(std::size_t index) {
  nodes_ = parts_[index].nodes;
  base_ = parts_[index].base;
  part_ = parts_.size();
}

void Exhaustive::prefer_part(std::size_t index) {
  pending_ += left_of(parts_[0].nodes, parts_[0].base) - left_of(parts_[index].nodes, parts_[index].base);
  std::swap(parts_[0], parts_[index]);
  nodes_ = parts_[0].nodes;
  base_ = parts_[0].base;
}

}  // namespace selvage::search
