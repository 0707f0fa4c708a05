// The one line that a long search keeps up to date on a terminal.
#pragma once

#include <chrono>

#include "control.hpp"

namespace selvage::cli {

class Progress {
 public:
  /// Writes to stderr where `on`; the caller asks whether that is a terminal.
  explicit Progress(bool on) : on_(on) {}
  ~Progress();  ///< clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Rewrites the line, at most a few times a second.
  void show(const report::ControlBlock& control);

 private:
  using Clock = std::chrono::steady_clock;
  bool on_;
  bool shown_ = false;
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

}  // namespace selvage::cli
