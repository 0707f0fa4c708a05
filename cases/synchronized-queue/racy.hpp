// A producer and a consumer with an ordinary queue between them.
//
// The notebook's producer puts ten items into a queue, a second thread takes them, and the main thread waits
// until all are done. A std::queue is no synchronised queue: putting and taking change the same members, and
// a consumer who asks whether it is empty may do so in the middle of a put. As long as there is one on each
// side and the queue needs no more memory it may even work; the data races are there all the same. The
// consumer looks n times here, so that the program ends, and takes what it finds.
#pragma once

#include <queue>
#include <thread>

namespace racy {

inline std::queue<int> items;

inline void put(int item) { items.push(item); }

inline int take() {
  const int item = items.front();
  items.pop();
  return item;
}

inline void produce(int n) {
  for (int i = 1; i <= n; ++i) put(i);
}

/// Looks n times into the queue; the sum of what it took.
inline int consume(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) {
    if (!items.empty()) sum += take();
  }
  return sum;
}

/// Produces 1 to n in one thread and returns the sum of what another one found in time.
inline int run(int n) {
  items = {};
  int sum = 0;
  std::thread producer(produce, n);
  std::thread consumer([n, &sum] { sum = consume(n); });
  producer.join();
  consumer.join();
  return sum;
}

}  // namespace racy
