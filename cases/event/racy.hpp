// Waiting for an event by looking at a flag.
//
// The notebook's threads wait for an event that the main thread sets, one for as long as it takes, one only
// for a while. Without an Event the obvious way is a flag: look, pause, look again, and give up after n
// looks. Whether the thread sees the flag in time depends on who is faster, as it does with a real event; but
// here nothing orders the looks and the writing of the flag. That is a data race: a compiler may look once
// and never again, and of what was written before the flag the waiting thread may see nothing.
#pragma once

#include <chrono>
#include <string>
#include <thread>

namespace racy {

inline bool happened = false;

inline void set() { happened = true; }

inline bool is_set() { return happened; }

/// Looks up to n times; true as soon as the event has been seen.
inline bool wait(int n) {
  for (int i = 0; i < n; ++i) {
    if (is_set()) return true;
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  return false;
}

/// Sets the event while a second thread waits for it, for n looks, and returns what that one says.
inline std::string run(int n) {
  happened = false;
  bool seen = false;
  std::thread waiting([n, &seen] { seen = wait(n); });
  set();
  waiting.join();
  return seen ? "set" : "timed-out";
}

}  // namespace racy
