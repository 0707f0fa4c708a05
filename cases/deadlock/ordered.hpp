// Dining philosophers who take the fork with the lower number first.
//
// For all but the last that is the left one. A circle of waiting would need somebody who holds a fork and
// waits for one with a lower number, and nobody does.
#pragma once

#include <algorithm>
#include <array>
#include <mutex>
#include <thread>
#include <vector>

namespace ordered {

struct Fork {
  std::mutex in_use;
  int meals = 0;  // eaten with it
};

inline std::array<Fork, 8> forks;

inline void eat(Fork& first, Fork& second) {
  const std::lock_guard<std::mutex> first_taken(first.in_use);
  const std::lock_guard<std::mutex> second_taken(second.in_use);
  ++first.meals;
  ++second.meals;
}

/// n philosophers, 8 at most, eat once each; returns how many meals there were: two forks a meal.
inline int run(int n) {
  const auto count = static_cast<std::size_t>(n);
  for (Fork& fork : forks) fork.meals = 0;
  std::vector<std::thread> table;
  for (std::size_t i = 0; i < count; ++i) {
    table.emplace_back([i, count] {
      const std::size_t right = (i + 1) % count;
      eat(forks[std::min(i, right)], forks[std::max(i, right)]);
    });
  }
  for (std::thread& philosopher : table) philosopher.join();
  int used = 0;
  for (const Fork& fork : forks) used += fork.meals;
  return used / 2;
}

}  // namespace ordered
