// Two threads greet.
//
// The notebook's threads print a greeting each, and the letters of the two come out mixed. Here both write to
// one page without a lock, letter by letter. Both orders can happen, mixtures can ("HYio"), and worse: to
// write a letter is to read how full the page is, to write there, and to note that it is fuller now. Where
// two threads do that at once, they write to the same place, and letters are lost. It is a data race as well.
#pragma once

#include <array>
#include <string>
#include <thread>

namespace racy {

inline std::array<char, 100> page;
inline std::size_t used = 0;

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

/// Greets n times in each of two threads and returns what the page says when both have ended.
inline std::string run(int n) {
  used = 0;
  std::thread first(greet, "Hi", n);
  std::thread second(greet, "Yo", n);
  first.join();
  second.join();
  return std::string(page.data(), used);
}

}  // namespace racy
