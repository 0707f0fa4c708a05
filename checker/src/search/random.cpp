#include "search/random.hpp"

#include <bit>

namespace selvage::search {

int Random::pick_thread(const ChoicePoint& point) {
  unsigned skip = draw(static_cast<unsigned>(std::popcount(point.enabled)));
  std::uint64_t rest = point.enabled;
  for (; skip != 0; --skip) rest &= rest - 1;
  return std::countr_zero(rest);
}

}  // namespace selvage::search
