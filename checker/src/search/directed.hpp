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
  void started(int parent, int child) override;
  /// Was there a step that the execution did not come to the end of?
  [[nodiscard]] bool ended_early() const override { return first_unmet() < steps_.size(); }
  [[nodiscard]] std::string explanation() const override;
  [[nodiscard]] bool exhausts() const override { return false; }

 private:
  /// Is the step over before `op` is performed? Counts what the step counts.
  bool reached(const Directed::Step& step, const machine::Op& op);
  [[nodiscard]] std::size_t first_unmet() const;
  std::vector<Directed::Step> steps_;
  std::size_t at_ = 0;
  std::uint64_t counted_ = 0;  ///< matching events of the step at hand, performed so far
  std::uint64_t seen_ = 0;     ///< bit mask: threads that have been able to move
  std::uint64_t there_ = 1;    ///< bit mask: threads that there have been
  std::string explanation_;
};

}  // namespace selvage::search
