// A managed string that two tasks append to.
//
// A manager's value is safe to use from several tasks: reading and assigning it are calls of the manager, and
// it takes them one at a time. But `a.value += 'o'` is two calls, one that gets the string and one that sets
// it to a longer one. What the other task appends in between is gone. Every access is under the manager's
// lock, so there is no data race, and ThreadSanitizer is silent; letters are lost all the same.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace get_set {

class Value {
 public:
  std::string get() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return value_;
  }
  void set(const std::string& value) {
    const std::lock_guard<std::mutex> lock(mutex_);
    value_ = value;
  }

 private:
  std::mutex mutex_;
  std::string value_;
};

inline void append(Value& a, char letter, int n) {
  for (int i = 0; i < n; ++i) a.set(a.get() + letter);
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

}  // namespace get_set
