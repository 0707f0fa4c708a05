// Passing a message behind a relaxed atomic flag.
//
// The flag is atomic now, so there is no race on it. But `relaxed` says that the flag orders nothing else:
// the writing of the message and the reading of it are as unordered as before, a data race on the message. A
// processor with a weak memory may show the flag raised and the message not yet there.
#pragma once

#include <atomic>
#include <thread>

namespace relaxed {

inline long message = 0;
inline std::atomic<bool> ready = false;

inline bool is_ready() { return ready.load(std::memory_order_relaxed); }

inline void send(long text) {
  message = text;
  ready.store(true, std::memory_order_relaxed);
}

inline long receive() {
  while (!is_ready()) std::this_thread::yield();
  return message;
}

/// Sends n to the main thread and returns what arrives.
inline long run(int n) {
  message = 0;
  ready = false;
  std::thread sending(send, n);
  const long received = receive();
  sending.join();
  return received;
}

}  // namespace relaxed
