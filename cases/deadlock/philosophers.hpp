// Dining philosophers who all take the left fork first.
//
// n philosophers sit round a table, a fork between each two. To eat, a philosopher needs the fork on the left
// and the one on the right. When all have taken the left one, each waits for the neighbour's, and all starve.
// They come to the table one after the other, so in practice they do not; ThreadSanitizer sees that their
// orders of taking the forks make a circle and reports a lock-order inversion.
#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

namespace philosophers {

struct Fork {
  std::mutex in_use;
  int meals = 0;  // eaten with it
};

inline std::array<Fork, 8> forks;

inline void eat(Fork& left, Fork& right) {
  const std::lock_guard<std::mutex> left_taken(left.in_use);
  const std::lock_guard<std::mutex> right_taken(right.in_use);
  ++left.meals;
  ++right.meals;
}

/// n philosophers, 8 at most, eat once each; returns how many meals there were: two forks a meal.
inline int run(int n) {
  const auto count = static_cast<std::size_t>(n);
  for (Fork& fork : forks) fork.meals = 0;
  std::vector<std::thread> table;
  for (std::size_t i = 0; i < count; ++i) {
    table.emplace_back([i, count] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20) * i);
      eat(forks[i], forks[(i + 1) % count]);
    });
  }
  for (std::thread& philosopher : table) philosopher.join();
  int used = 0;
  for (const Fork& fork : forks) used += fork.meals;
  return used / 2;
}

}  // namespace philosophers
