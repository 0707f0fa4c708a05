// The report that a person reads.
#pragma once

#include <cstddef>
#include <string>

#include "selvage/selvage.hpp"

namespace selvage::report {

struct TextOptions {
  bool color = false;          ///< ANSI colours; the caller asks isatty and NO_COLOR
  std::size_t columns = 110;   ///< aim for lines no longer than this
  bool show_output = true;     ///< what the program printed in the reported execution
  std::string replay_command;  ///< the command that replays the first violation; empty: not known
  std::string save_command;    ///< where there is no replay_command: the command that saves a schedule
  bool may_expect = false;     ///< nobody has said which outcomes are right (--expect)
};

/// The whole report, ending in a newline.
std::string text_report(const Result& result, const TextOptions& options = {});

/// "counter.cpp:12" with the file's base name; empty where the file is unknown.
std::string short_place(const SourceLocation& where);
/// "src/counter.cpp:12"; empty where the file is unknown.
std::string full_place(const SourceLocation& where);

}  // namespace selvage::report
