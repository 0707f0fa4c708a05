// How much of a search is done: Knuth's estimate (Estimating the Efficiency of Backtrack Programs,
// Mathematics of Computation 29, 1975), kept up to date.
//
// Where there are n ways to go on, each has an n-th of what there is; an execution that has been run has the
// product of that over its choices. So the sum is 1 when all has been explored, and grows with each
// execution. How far it is from the part of the executions, nobody can know: subtrees of the same share may
// be of very different size.
#include <bit>

#include "search/exhaustive.hpp"
#include "search/optimal.hpp"

namespace selvage::search {

/// For execution graphs the ways to go on at an event are to leave it as it is and what it has added to the
/// list of what is still to be explored: other writes to read from, other places in modification order,
/// revisits of earlier events.
void Optimal::weigh() {
  std::vector<Item>& items = frames_.back().items;
  double share = weight_;
  for (std::size_t i = weighed_; i < items.size();) {
    std::size_t end = i;
    while (end < items.size() && items[end].number == items[i].number) ++end;
    share /= static_cast<double>(end - i + 1);
    for (; i < end; ++i) items[i].weight = share;
  }
  weighed_ = items.size();
  covered_ += share;
}

double Exhaustive::covered() const {
  double part = 1, sum = 0;
  for (const Node& node : nodes_) {
    double ways = 0, done = 0;
    if (node.alternatives != 0) {
      ways = node.alternatives;
      done = node.chosen;
    } else {
      const std::uint64_t open = node.open & ~(reduce_ ? node.sleep : 0);
      ways = std::popcount(open);
      done = std::popcount(open & node.done);
    }
    sum += part * done / ways;
    part /= ways;
    if (part < 1e-12) break;
  }
  return nodes_.empty() ? 1 : sum;
}

}  // namespace selvage::search
