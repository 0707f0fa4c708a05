// Waiting for an event, but not for ever.
//
// The notebook's second thread waits two seconds for an event that is set after three: it goes on without it.
// The main thread asks the same after it has set the event, and is told at once. A slow machine may turn the
// first answer round, for no pause is long enough to order anything; it cannot turn the second.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace timed {

using std::chrono::milliseconds;

inline bool happened = false;
inline std::mutex event_mutex;
inline std::condition_variable changed;

inline bool is_set() { return happened; }

inline void set() {
  const std::lock_guard<std::mutex> lock(event_mutex);
  happened = true;
  changed.notify_all();
}

/// Waits until the event is set, but no longer than `patience`. Is it set?
inline bool wait(milliseconds patience) {
  std::unique_lock<std::mutex> lock(event_mutex);
  return changed.wait_for(lock, patience, is_set);
}

/// Sets the event while n threads wait for it, then waits as well. Returns how many of the n + 1 have seen
/// it.
inline int run(int n) {
  happened = false;
  std::vector<int> seen(static_cast<std::size_t>(n));
  std::vector<std::thread> waiting;
  for (int& answer : seen) waiting.emplace_back([&answer] { answer = wait(milliseconds(20)) ? 1 : 0; });
  std::this_thread::sleep_for(milliseconds(30));
  set();
  int count = wait(milliseconds(20)) ? 1 : 0;
  for (std::thread& thread : waiting) thread.join();
  for (const int answer : seen) count += answer;
  return count;
}

}  // namespace timed
