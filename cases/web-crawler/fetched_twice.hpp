// A web crawler that fetches a page twice.
//
// For each link that it finds a worker asks whether the page is known, and if not puts it into the queue.
// Each of the two is locked, but not both together: two workers can ask about the same page before either has
// put it into the queue, and it gets there twice. There is no data race, and ThreadSanitizer is silent.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "site.hpp"

namespace fetched_twice {

struct Crawl {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<int> todo;
  std::vector<bool> known;
  std::vector<int> fetched;
  int busy = 0;
};

inline bool is_known(Crawl& crawl, int link) {
  const std::lock_guard<std::mutex> lock(crawl.mutex);
  return crawl.known[static_cast<std::size_t>(link)];
}

inline void add(Crawl& crawl, int link) {
  const std::lock_guard<std::mutex> lock(crawl.mutex);
  crawl.known[static_cast<std::size_t>(link)] = true;
  crawl.todo.push_back(link);
  crawl.changed.notify_all();
}

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
    for (const int link : links) {
      if (!is_known(crawl, link)) add(crawl, link);
    }
    lock.lock();
    crawl.fetched.push_back(page);
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

}  // namespace fetched_twice
