// Two processes greet, each with a lock around its greeting.
//
// The lock lies on the page itself, and is one that processes can share.
#pragma once

#include <array>
#include <string>

#include "../processes.hpp"

namespace lines {

struct Page {
  processes::Mutex mutex;
  std::array<char, 100> text;
  std::size_t used = 0;
};

inline void put(Page& page, char letter) {
  const std::size_t end = page.used;
  page.text[end] = letter;
  page.used = end + 1;
}

inline void greet(Page& page, const char* greeting, int n) {
  for (int i = 0; i < n; ++i) {
    page.mutex.lock();
    for (const char* letter = greeting; *letter != 0; ++letter) put(page, *letter);
    page.mutex.unlock();
  }
}

/// Greets n times in each of two processes and returns what the page says when both have ended.
inline std::string run(int n) {
  const processes::Shared<Page> page;
  const pid_t first = processes::start([&] { greet(*page, "Hi", n); });
  const pid_t second = processes::start([&] { greet(*page, "Yo", n); });
  processes::join(first);
  processes::join(second);
  return std::string(page->text.data(), page->used);
}

}  // namespace lines
