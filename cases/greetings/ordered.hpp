// Two threads greet, one after the other.
//
// The second thread waits until the first says that it has greeted. However late the first is, and however
// early the second, the page reads the same. The second thread looks at first_has_greeted before it waits and
// after, so it does not matter whether the news comes before it waits, nor whether it is woken for nothing.
#pragma once

#include <array>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace ordered {

inline std::array<char, 100> page;
inline std::size_t used = 0;
inline bool first_has_greeted = false;
inline std::mutex page_mutex;
inline std::condition_variable greeted;

inline void put(char letter) {
  const std::size_t end = used;
  page[end] = letter;
  used = end + 1;
}

inline void greet(const std::string& greeting, int n) {
  for (int i = 0; i < n; ++i) {
    for (const char letter : greeting) put(letter);
  }
}

inline void greet_first(int n) {
  const std::lock_guard<std::mutex> lock(page_mutex);
  greet("Hi", n);
  first_has_greeted = true;
  greeted.notify_one();
}

inline void greet_second(int n) {
  std::unique_lock<std::mutex> lock(page_mutex);
  greeted.wait(lock, [] { return first_has_greeted; });
  greet("Yo", n);
}

/// Greets n times in each of two threads and returns what the page says when both have ended.
inline std::string run(int n) {
  used = 0;
  first_has_greeted = false;
  std::thread second(greet_second, n);
  std::thread first(greet_first, n);
  first.join();
  second.join();
  return std::string(page.data(), used);
}

}  // namespace ordered
