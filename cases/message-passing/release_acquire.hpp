// Passing a message behind a flag with release and acquire.
//
// What the sender wrote before it raised the flag with `release` is there for whoever has seen the flag
// raised with `acquire`. The message itself is a plain variable: the flag alone says whose turn it is.
#pragma once

#include <atomic>
#include <thread>

namespace release_acquire {

inline long message = 0;
inline std::atomic<bool> ready = false;

inline bool is_ready() { return ready.load(std::memory_order_acquire); }

inline void send(long text) {
  message = text;
  ready.store(true, std::memory_order_release);
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

}  // namespace release_acquire
