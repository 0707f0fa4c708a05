// Weak memory step by step: which write a read reads from, and where in modification order a write goes, is asked for. For
// running the execution of a saved schedule again, where the answers are part of the schedule.
#pragma once

#include <functional>
#include <vector>

#include "memory/locations.hpp"
#include "memory/weak.hpp"

namespace selvage::memory {

class ChosenReads : public Weak {
 public:
  /// `choose`: a number below the given one. 0 stands for the newest write.
  explicit ChosenReads(std::function<int(int)> choose) : choose_(std::move(choose)) {}
  void new_run() override;
  Performed perform(const AtomicAccess& access, Clocks clocks, const Change& change) override;
  bool fence(int order, std::uint64_t pc, Clocks clocks) override;
  bool barrier(std::uint64_t /*pc*/, Clocks /*clocks*/) override { return true; }
  void forget(std::uint64_t address, std::uint64_t size) override;
  void value_is(EventRef write, const Value& value) override;
  [[nodiscard]] Value newest(std::uint64_t address) override;
  [[nodiscard]] std::uint32_t performed(int thread) const override {
    return static_cast<std::uint32_t>(performed_[thread].size());
  }
  [[nodiscard]] bool reads_newest(int thread, std::uint32_t since) const override;

 private:
  struct Write {
    EventRef event;
    Value value;
    bool update;
    VectorClock message;
  };
  struct Writes {
    Value initial;
    std::vector<Write> mo;
  };
  std::function<int(int)> choose_;
  Locations places_;
  std::vector<Writes> locations_;
  /// Of an event that reads: where, and whom from; none for others.
  struct Seen {
    std::uint32_t location;
    EventRef write;
  };
  std::vector<std::vector<Seen>> performed_;  ///< by thread
};

}  // namespace selvage::memory
