// Uniform choice among the threads that can move. Samples; proves nothing.
#pragma once

#include "search/strategy.hpp"

namespace selvage::search {

class Random : public Strategy {
 public:
  explicit Random(std::uint64_t seed) : seed_(seed) {}
  void begin() override { state_ = (seed_ * 0xd1342543de82ef95 + execution_) * 0x9e3779b97f4a7c15; }
  int pick_thread(const ChoicePoint& point) override;
  int pick_alternative(int count, bool /*branching*/) override {
    return static_cast<int>(draw(static_cast<unsigned>(count)));
  }
  bool next() override {
    ++execution_;
    return true;
  }
  void restart() override { execution_ = 0; }
  [[nodiscard]] bool exhausts() const override { return false; }

 private:
  /// Uniform in [0, count), but for a bias below 2^-32. SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): eight
  /// bytes of state, so that an execution can be seeded for nothing.
  unsigned draw(unsigned count) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<unsigned>(((z ^ (z >> 31)) >> 32) * count >> 32);
  }
  std::uint64_t seed_;
  std::uint64_t execution_ = 0;
  std::uint64_t state_ = 0;
};

}  // namespace selvage::search
