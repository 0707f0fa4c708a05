// Two threads greet, each with a lock around its greeting.
//
// The lock is held for a whole greeting, so nobody can come between its letters. Who greets first is still
// open: the lock keeps the two apart, it does not put them in order.
#pragma once

#include <array>
#include <mutex>
#include <string>
#include <thread>

namespace lines {

inline std::array<char, 100> page;
inline std::size_t used = 0;
inline std::mutex page_mutex;

inline void put(char letter) {
  const std::size_t end = used;
  page[end] = letter;
  used = end + 1;
}

inline void greet(const std::string& greeting, int n) {
  for (int i = 0; i < n; ++i) {
    const std::lock_guard<std::mutex> lock(page_mutex);
    for (const char letter : greeting) put(letter);
  }
}

/// Greets n times in each of two threads and returns what the page says when both have ended.
inline std::string run(int n) {
  used = 0;
  std::thread first(greet, "Hi", n);
  std::thread second(greet, "Yo", n);
  first.join();
  second.join();
  return std::string(page.data(), used);
}

}  // namespace lines
