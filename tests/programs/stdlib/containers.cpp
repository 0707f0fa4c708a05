// Strings, containers and streams, filled by two threads.
// expect: proved
// expect BUG: data-race
#include <cassert>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

std::mutex m;
std::map<std::string, std::vector<int>> lists;
std::unordered_map<int, std::string> names;
std::deque<std::unique_ptr<int>> queue;

void fill(int id) {
  std::ostringstream text;
  text << "thread number " << id << ", " << 1.5 * id;
  {
    std::lock_guard lock(m);
    lists["one key for all"].push_back(id);
#ifndef BUG
    names[id] = text.str();
#endif
    queue.push_back(std::make_unique<int>(id));
  }
#ifdef BUG
  names[id] = text.str();
#endif
}

int main() {
  std::thread t(fill, 1), u(fill, 2);
  t.join();
  u.join();
  std::istringstream words(names[2]);
  std::string word;
  int n = 0;
  while (words >> word) ++n;
  assert(n == 4 && lists.begin()->second.size() == 2 && queue.size() == 2);
  std::cout << names[1] << '\n' << names[2] << std::endl;
}
