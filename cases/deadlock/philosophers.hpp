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

inline std::array<std::mutex, 8> forks;

inline void eat(std::mutex& left, std::mutex& right, int& meals) {
  const std::lock_guard<std::mutex> left_fork(left);
  const std::lock_guard<std::mutex> right_fork(right);
  ++meals;
}

/// n philosophers, 8 at most, eat once each; returns how many meals there were.
inline int run(int n) {
  const auto count = static_cast<std::size_t>(n);
  std::vector<int> meals(count);
  std::vector<std::thread> table;
  for (std::size_t i = 0; i < count; ++i) {
    table.emplace_back([i, count, &meals] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20) * i);
      eat(forks[i], forks[(i + 1) % count], meals[i]);
    });
  }
  int eaten = 0;
  for (std::thread& philosopher : table) philosopher.join();
  for (const int meal : meals) eaten += meal;
  return eaten;
}

}  // namespace philosophers
