// Waiting for an event, and sleeping through it.
//
// Looking and setting are under a lock now, and the thread sleeps until it is notified instead of looking
// again and again. But it gives the lock back between looking and going to sleep. If the event is set just
// then, the notification finds nobody who waits, and the thread goes to sleep after it: for ever. Every
// access is under the lock, so ThreadSanitizer is silent; the machine needs a very unlucky moment, so tests
// are silent too.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace lost_wakeup {

inline bool happened = false;
inline std::mutex event_mutex;
inline std::condition_variable changed;

inline void set() {
  const std::lock_guard<std::mutex> lock(event_mutex);
  happened = true;
  changed.notify_all();
}

inline bool is_set() {
  const std::lock_guard<std::mutex> lock(event_mutex);
  return happened;
}

inline void wait() {
  while (!is_set()) {
    // Here the event can be set: too late for is_set(), too early for wait().
    std::unique_lock<std::mutex> lock(event_mutex);
    changed.wait(lock);
  }
}

/// Sets the event while n threads wait for it, and returns how many have seen it: all, if they wake up.
inline int run(int n) {
  happened = false;
  std::vector<std::thread> waiting;
  for (int i = 0; i < n; ++i) waiting.emplace_back(wait);
  set();
  for (std::thread& thread : waiting) thread.join();
  return n;
}

}  // namespace lost_wakeup
