// Sending messages through a channel.
//
// The threads share nothing but the channel, whose send and receive do all the locking. A receiver with
// nothing to receive sleeps until there is something. Messages arrive in the order in which they were sent.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace channel {

class Channel {
 public:
  void send(int message) {
    const std::lock_guard<std::mutex> lock(mutex_);
    messages_.push_back(message);
    sent_.notify_one();
  }
  int receive() {
    std::unique_lock<std::mutex> lock(mutex_);
    sent_.wait(lock, [this] { return !messages_.empty(); });
    const int message = messages_.front();
    messages_.pop_front();
    return message;
  }

 private:
  std::mutex mutex_;
  std::condition_variable sent_;
  std::deque<int> messages_;
};

/// Sends 1 to n to the main thread and returns what arrives, e.g. "1-2-3".
inline std::string run(int n) {
  Channel channel;
  std::thread sending([n, &channel] {
    for (int i = 1; i <= n; ++i) channel.send(i);
  });
  std::string received;
  for (int i = 0; i < n; ++i) received += (i == 0 ? "" : "-") + std::to_string(channel.receive());
  sending.join();
  return received;
}

}  // namespace channel
