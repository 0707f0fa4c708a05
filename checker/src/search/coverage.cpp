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

/// Of the whole search, what these choices lead to: the execution that comes next, and all that is left from `base` on.
double Exhaustive::left_of(const std::vector<Node>& nodes, std::size_t base) const {
  double part = 1, sum = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    double ways = 0, more = 0;
    if (node.alternatives != 0) {
      ways = node.alternatives;
      more = node.alternatives - node.chosen - 1;
    } else {
      ways = std::popcount(node.open & ~(reduce_ ? node.sleep : 0));
      more = std::popcount(left(node));
    }
    part /= ways;
    if (i >= base) sum += part * more;
    if (part < 1e-12) return sum;
  }
  return nodes.empty() ? 0 : sum + part;
}

double Exhaustive::covered() const { return 1 - left_of(nodes_, base_) - pending_; }

}  // namespace selvage::search
