// Passing a message behind a plain flag.
//
// The sender puts the message down and raises a flag; the receiver looks at the flag until it is up and takes
// the message. Both the flag and the message are shared, and nothing orders the two threads: a data race on
// each. That the message comes out right here is luck: compiler and processor may both raise the flag first.
#pragma once

#include <thread>

namespace plain_flag {

inline long message = 0;
inline bool ready = false;

inline bool is_ready() { return ready; }

inline void send(long text) {
  message = text;
  ready = true;
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

}  // namespace plain_flag
