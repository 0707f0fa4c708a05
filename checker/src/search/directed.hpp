// A schedule written by hand: selvage::Directed.
#pragma once

#include <vector>

#include "search/strategy.hpp"
#include "selvage/selvage.hpp"

namespace selvage::search {

class DirectedSearch : public Strategy {
 public:
  explicit DirectedSearch(std::vector<Directed::Step> steps) : steps_(std::move(steps)) {}
  void begin() override;
  int pick_thread(const ChoicePoint& point) override;
  int pick_alternative(int /*count*/, bool /*branching*/) override { return 0; }
  bool next() override { return false; }
  void restart() override { begin(); }
  [[nodiscard]] std::string explanation() const override { return explanation_; }
  [[nodiscard]] bool exhausts() const override { return false; }

 private:
  /// Is the step over before `op` is performed? Counts what the step counts.
  bool reached(const Directed::Step& step, const machine::Op& op);
  std::vector<Directed::Step> steps_;
  std::size_t at_ = 0;
  std::uint64_t counted_ = 0;  ///< matching events of the step at hand, performed so far
  std::uint64_t seen_ = 0;     ///< bit mask: threads that have been able to move
  std::string explanation_;
};

}  // namespace selvage::search
