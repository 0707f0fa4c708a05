// Ten tasks, each with a copy of its number.
//
// std::thread copies its arguments, and the task works on the copy: it was made before the loop went on, and
// no one else knows of it. Each task finds its own number, in whatever order they run.
#pragma once

#include <functional>
#include <thread>
#include <vector>

namespace by_value {

inline void take(int number, int& mine) { mine = number; }

/// Starts n tasks and returns the numbers that they found, task by task.
inline std::vector<int> numbers(int n) {
  std::vector<int> found(n);
  std::vector<std::thread> tasks;
  for (int number = 0; number < n; ++number) tasks.emplace_back(take, number, std::ref(found[number]));
  for (std::thread& task : tasks) task.join();
  return found;
}

/// Starts n tasks and returns how many of them found their own number.
inline int run(int n) {
  const std::vector<int> found = numbers(n);
  int right = 0;
  for (int k = 0; k < n; ++k) right += found[k] == k;
  return right;
}

}  // namespace by_value
