// Who asks for this? Names of source lines for return addresses, while the program runs.
//
// Debug information is not for a process whose memory is put back between executions: a helper process,
// forked before the exploration begins, reads it. Each return address is asked for once; the answer lies in a
// table that all processes of the exploration share.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "report/change.hpp"
#include "report/record.hpp"

namespace selvage::machine {

/// A call, seen from the program: the calls from the door out to the first frame in the user's own code.
struct SiteCalls {
  static constexpr int kMost = 8;
  std::uint64_t calls[kMost] = {};  ///< return addresses, innermost first; 0: no more
  int count = 0;
  int weaken = -1;              ///< which weakening is for this line; -1: none
  bool library_atomic = false;  ///< the library does it of its own accord: no weakening is for it
  bool library_lock = false;
};

class CallSites {
 public:
  /// Starts the helper. Throws std::invalid_argument, in one line, for lines that the program has no code of.
  void start(const std::vector<report::Module>& modules, const std::vector<std::string>& weaken,
             const std::vector<std::string>& drop_lock);

  /// The site of a call that returns to `pc`. For the running thread, inside a door.
  SiteCalls site(std::uint64_t pc);
  /// The dropped locks whose line any frame of the call is at, a bit mask.
  std::uint32_t dropped_at(std::uint64_t pc);

 private:
  struct Answer {
    bool user, own_atomic, own_lock, waiter;
    int weaken;
    std::uint32_t drop_lock;
  };
  struct Entry {
    std::atomic<std::uint64_t> pc;
    std::atomic<std::uint64_t> answer;  // 0: not there yet
  };
  struct Board {
    static constexpr std::size_t kEntries = 1 << 14;
    std::atomic<std::uint32_t> ready;
    std::atomic<std::uint32_t> answered;  // counts; waited on as a futex
    char refusal[2048];
    Entry entries[kEntries];
  };
  Answer of(std::uint64_t pc);
  Entry& entry_of(std::uint64_t pc);
  void wait_for_answer(std::uint32_t seen);
  [[noreturn]] void serve(int requests, const std::vector<report::Module>& modules,
                          const std::vector<std::string>& weaken, const std::vector<std::string>& drop_lock);

  Board* board_ = nullptr;
  int requests_ = -1;
};

}  // namespace selvage::machine
