// A web crawler that stops too early.
//
// The main thread waits until nothing is left to do: a number that goes up for each link put into the queue,
// and down for each page fetched. But the worker counts a page as done before it has put its links into the
// queue. In between nothing seems to be left, and the main thread calls the crawl off: pages are lost. There
// is no data race, and ThreadSanitizer is silent.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "site.hpp"

namespace early_stop {

struct Crawl {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<int> todo;
  std::vector<bool> known;
  std::vector<int> fetched;
  int unfinished = 0;
  bool over = false;
};

/// To be called with the lock held.
inline void add(Crawl& crawl, int link) {
  if (crawl.known[static_cast<std::size_t>(link)]) return;
  crawl.known[static_cast<std::size_t>(link)] = true;
  crawl.todo.push_back(link);
  ++crawl.unfinished;
}

inline void work(Crawl& crawl, int n) {
  std::unique_lock<std::mutex> lock(crawl.mutex);
  for (;;) {
    crawl.changed.wait(lock, [&crawl] { return !crawl.todo.empty() || crawl.over; });
    if (crawl.over) return;
    const int page = crawl.todo.front();
    crawl.todo.pop_front();
    crawl.fetched.push_back(page);
    --crawl.unfinished;
    crawl.changed.notify_all();
    lock.unlock();
    const std::vector<int> links = site::fetch(page, n);
    lock.lock();
    for (const int link : links) add(crawl, link);
  }
}

/// Crawls a site of n pages from page 0 on and returns the pages that were fetched.
inline std::string run(int n) {
  Crawl crawl;
  crawl.known.assign(static_cast<std::size_t>(n), false);
  add(crawl, 0);
  std::thread worker([n, &crawl] { work(crawl, n); });
  {
    std::unique_lock<std::mutex> lock(crawl.mutex);
    crawl.changed.wait(lock, [&crawl] { return crawl.unfinished == 0; });
    crawl.over = true;
    crawl.changed.notify_all();
  }
  worker.join();
  return site::word(crawl.fetched);
}

}  // namespace early_stop
