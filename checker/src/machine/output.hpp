// What the program under test prints, kept apart for each execution.
#pragma once

#include <string>

#include "state/archive.hpp"

namespace selvage::machine {

class Output {
 public:
  /// Sends file descriptors 1 and 2 to memory.
  void capture();
  /// In a process that was forked: to memory of its own.
  void separate();
  /// Puts the real ones back.
  void release();
  /// What was written to stdout / both since the last clear().
  std::string standard_output();
  std::string all();
  void clear();
  /// Is all that the execution has printed in the buffer of standard output? Asks the kernel nothing.
  static bool in_buffer();
  /// Standard output has a new buffer, and has written nothing so far.
  static void count_from_here();
  /// Has standard output anything to write, or written anything? (putc_unlocked() needs no call, so that nobody is told.)
  static bool in_stream();
  /// Where it has written something without a call, that is known from here on.
  static void note_unseen();
  /// The program flushes standard output. Mostly that is the last it does with it, and then nobody needs to see it: so it
  /// waits for whatever could tell. True where nothing is to be done now.
  static bool flush_later();
  /// Something could.
  static void flush_owed();
  /// What was written so far, for writing ...
  void state(state::Writer& archive);
  /// ... and reading.
  void state(state::Reader& archive);
  [[nodiscard]] bool capturing() const { return real_out_ >= 0; }

 private:
  void redirect();
  int memory_ = -1, memory_err_ = -1;
  int real_out_ = -1, real_err_ = -1;
};

}  // namespace selvage::machine
