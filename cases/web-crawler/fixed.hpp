// A web crawler with two workers.
//
// The workers take URLs from a queue, fetch the page, and put the links that they find back, but those only
// that nobody has found before: looking and remembering are under one lock. An empty queue does not mean that
// all is done, for the other worker may be about to find more; only when it is empty and nobody is busy there
// is nothing left. Whoever brings that about, or finds links, wakes the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "site.hpp"

namespace fixed {

struct Crawl {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<int> todo;
  std::vector<bool> known;
  std::vector<int> fetched;
  int busy = 0;
};

inline void work(Crawl& crawl, int n) {
  std::unique_lock<std::mutex> lock(crawl.mutex);
  for (;;) {
    crawl.changed.wait(lock, [&crawl] { return !crawl.todo.empty() || crawl.busy == 0; });
    if (crawl.todo.empty()) return;
    const int page = crawl.todo.front();
    crawl.todo.pop_front();
    ++crawl.busy;
    lock.unlock();
    const std::vector<int> links = site::fetch(page, n);
    lock.lock();
    crawl.fetched.push_back(page);
    for (const int link : links) {
      if (crawl.known[static_cast<std::size_t>(link)]) continue;
      crawl.known[static_cast<std::size_t>(link)] = true;
      crawl.todo.push_back(link);
    }
    --crawl.busy;
    crawl.changed.notify_all();
  }
}

/// Crawls a site of n pages from page 0 on and returns the pages that were fetched.
inline std::string run(int n) {
  Crawl crawl;
  crawl.todo = {0};
  crawl.known.assign(static_cast<std::size_t>(n), false);
  crawl.known[0] = true;
  std::thread first([n, &crawl] { work(crawl, n); });
  std::thread second([n, &crawl] { work(crawl, n); });
  first.join();
  second.join();
  return site::word(crawl.fetched);
}

}  // namespace fixed
