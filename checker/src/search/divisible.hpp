// A search that can be divided among processes (machine/shared_search.cpp).
#pragma once

#include <cstddef>

namespace selvage::search {

/// Its parts, and their order, are the same for any number of processes; all functions are about those that are left.
class Divisible {
 public:
  virtual ~Divisible() = default;
  /// True once, when next() has just come to the first of the parts; nothing of it has been run yet. The functions below are
  /// for then.
  virtual bool was_split() = 0;
  /// How many parts there are.
  [[nodiscard]] virtual std::size_t parts() const = 0;
  /// Nothing but this part, from 0, remains to be done by this process.
  virtual void only_part(std::size_t index) = 0;
  /// This part is the next one.
  virtual void prefer_part(std::size_t index) = 0;
};

}  // namespace selvage::search
