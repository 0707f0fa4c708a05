// A web crawler that never stops.
//
// A worker wakes the other when it has found links: then there is something to do. When it has fetched the
// last page there is nothing to do, so it tells nobody, and goes. But the other, waiting for work, should go
// as well: it waits for ever. There is no data race, and ThreadSanitizer is silent.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "site.hpp"

namespace never_stops {

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
      crawl.changed.notify_all();
    }
    --crawl.busy;
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

}  // namespace never_stops
