// A managed string that knows how to append.
//
// Getting, lengthening and setting are one call, and the lock is held until it is done. Every letter is kept.
// The two tasks' letters can still come in any order: the lock does not say who is first.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace whole {

class Value {
 public:
  std::string get() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return value_;
  }
  void append(char letter) {
    const std::lock_guard<std::mutex> lock(mutex_);
    value_ += letter;
  }

 private:
  std::mutex mutex_;
  std::string value_;
};

inline void append(Value& a, char letter, int n) {
  for (int i = 0; i < n; ++i) a.append(letter);
}

/// Appends n times 'o' in one task and n times 'x' in another, and returns the string when both have ended.
inline std::string run(int n) {
  Value a;
  std::thread first(append, std::ref(a), 'o', n);
  std::thread second(append, std::ref(a), 'x', n);
  first.join();
  second.join();
  return a.get();
}

}  // namespace whole
