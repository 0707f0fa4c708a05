// Two processes greet.
//
// As cases/greetings, but the two have nothing in common but one page of shared memory. To write a letter is
// to read how full the page is, to write there, and to note that it is fuller now: where two processes do
// that at once, letters are lost. No tool that watches one process sees that race.
#pragma once

#include <array>
#include <string>

#include "../processes.hpp"

namespace racy {

struct Page {
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
    for (const char* letter = greeting; *letter != 0; ++letter) put(page, *letter);
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

}  // namespace racy
