// Ten tasks share the loop variable.
//
// The notebook starts ten threads and passes each its number. Here the task is given a reference to the loop
// variable instead, as a lambda's [&] does. By the time the task reads it, the loop may have gone on: task k
// finds any number from k to n, even n, that nobody was to have. Numbers are missing, others are there twice.
// The loop changes the variable while the tasks read it, so this is a data race too.
#pragma once

#include <thread>
#include <vector>

namespace by_reference {

/// Starts n tasks and returns the numbers that they found, task by task.
inline std::vector<int> numbers(int n) {
  std::vector<int> found(n);
  std::vector<std::thread> tasks;
  int number = 0;
  for (; number < n; ++number) {
    int& mine = found[number];
    tasks.emplace_back([&number, &mine] { mine = number; });
  }
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

}  // namespace by_reference
