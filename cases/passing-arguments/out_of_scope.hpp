// Ten tasks outlive their numbers.
//
// The numbers are in a list of start(), and each task is given a reference to its own. When all tasks have
// been started the list goes out of scope, and its memory is freed, whether the tasks have read it or not. A
// task that is late reads freed memory: anything may be there. Nothing orders the tasks' reading and the
// freeing, so that is a data race even in the executions where every task is in time.
#pragma once

#include <numeric>
#include <thread>
#include <vector>

namespace out_of_scope {

/// Starts a task for each place of `found`.
inline std::vector<std::thread> start(std::vector<int>& found) {
  std::vector<int> numbers(found.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  std::vector<std::thread> tasks;
  for (const int& number : numbers) {
    int& mine = found[number];
    tasks.emplace_back([&number, &mine] { mine = number; });
  }
  return tasks;
}

/// Starts n tasks and returns how many of them found their own number.
inline int run(int n) {
  std::vector<int> found(n, -1);
  std::vector<std::thread> tasks = start(found);
  for (std::thread& task : tasks) task.join();
  int right = 0;
  for (int k = 0; k < n; ++k) right += found[k] == k;
  return right;
}

}  // namespace out_of_scope
