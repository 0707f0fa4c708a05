// Waiting for an event with a condition variable and a predicate.
//
// wait() gives the lock back and goes to sleep in one step: whoever sets the event does it before the thread
// has looked or when it sleeps already, and nothing is lost. The predicate is asked again after each waking,
// so one that comes for no reason (which the standard allows) does no harm. A thread that comes after the
// event does not sleep at all.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace fixed {

inline bool happened = false;
inline std::mutex event_mutex;
inline std::condition_variable changed;

inline bool is_set() { return happened; }

inline void set() {
  const std::lock_guard<std::mutex> lock(event_mutex);
  happened = true;
  changed.notify_all();
}

inline bool wait() {
  std::unique_lock<std::mutex> lock(event_mutex);
  changed.wait(lock, is_set);
  return is_set();
}

/// Sets the event while n threads wait for it, and returns how many have seen it.
inline int run(int n) {
  happened = false;
  std::vector<int> seen(static_cast<std::size_t>(n));
  std::vector<std::thread> waiting;
  for (int& answer : seen) waiting.emplace_back([&answer] { answer = wait() ? 1 : 0; });
  set();
  for (std::thread& thread : waiting) thread.join();
  int count = 0;
  for (const int answer : seen) count += answer;
  return count;
}

}  // namespace fixed
