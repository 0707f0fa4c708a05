// Follows a schedule to where threads go round, and then keeps them going round until the machine sees it. For what a
// stateful search has found, which knows states but not the machine's ways to tell of them.
#pragma once

#include <utility>
#include <vector>

#include "search/strategy.hpp"

namespace selvage::search {

class Rounds : public Strategy {
 public:
  /// Both as in Schedule::steps; `round` over and over.
  Rounds(std::vector<std::uint16_t> steps, std::vector<std::uint16_t> round)
      : steps_(std::move(steps)), round_(std::move(round)) {}
  void begin() override { at_ = picks_ = 0; }
  int pick_thread(const ChoicePoint& point) override;
  int pick_alternative(int count, bool branching) override;
  bool next() override { return false; }
  void restart() override { begin(); }
  [[nodiscard]] bool exhausts() const override { return false; }

 private:
  std::vector<std::uint16_t> steps_;
  std::vector<std::uint16_t> round_;
  std::size_t at_ = 0;
  std::size_t picks_ = 0;
};

}  // namespace selvage::search
