// What ends a search before it is done: the user, or the time that it was given.
#pragma once

#include <cstdint>

#include "report/control.hpp"

namespace selvage::machine {

/// Of the real clock, in seconds.
double wall_clock();

class Budget {
 public:
  /// How many events an execution may have until somebody asks again whether it is to end: little beside what
  /// the clock takes, and soon for somebody who waits.
  static constexpr std::uint64_t kLook = 256;

  /// The clock starts. `seconds`: 0 means no end. `control` may be null.
  void begin(double seconds, const report::ControlBlock* control) {
    started_ = wall_clock();
    seconds_ = seconds;
    control_ = control;
  }
  /// Since begin().
  [[nodiscard]] double elapsed() const { return wall_clock() - started_; }
  // Once true, they stay true.
  [[nodiscard]] bool interrupted() const {
    return control_ != nullptr && control_->stop.load(std::memory_order_relaxed) != 0;
  }
  [[nodiscard]] bool out_of_time() const { return seconds_ > 0 && elapsed() >= seconds_; }

  /// Executions are ended, too: they may go on for ever. (Not those that are repeated to be told of.)
  bool ends_executions = false;

 private:
  double started_ = 0, seconds_ = 0;
  const report::ControlBlock* control_ = nullptr;
};

}  // namespace selvage::machine
