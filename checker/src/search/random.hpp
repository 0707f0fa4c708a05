// Uniform choice among the threads that can move. Samples; proves nothing.
#pragma once

#include <random>

#include "search/strategy.hpp"

namespace selvage::search {

class Random : public Strategy {
 public:
  explicit Random(std::uint64_t seed) : seed_(seed) {}
  void begin() override { engine_.seed(seed_ * 0x9e3779b97f4a7c15 + execution_); }
  int pick_thread(const ChoicePoint& point) override;
  int pick_alternative(int count, bool /*branching*/) override { return static_cast<int>(engine_() % static_cast<unsigned>(count)); }
  bool next() override {
    ++execution_;
    return true;
  }
  void restart() override { execution_ = 0; }
  [[nodiscard]] bool exhausts() const override { return false; }

 private:
  std::uint64_t seed_;
  std::uint64_t execution_ = 0;
  std::mt19937_64 engine_;
};

}  // namespace selvage::search
